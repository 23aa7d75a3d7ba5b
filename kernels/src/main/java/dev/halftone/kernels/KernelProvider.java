package dev.halftone.kernels;

/** Chooses once who computes. */
final class KernelProvider {
  /** System property: {@code scalar} turns SIMD off. */
  private static final String PROPERTY = "halftone.kernels";

  private KernelProvider() {}

  static KernelSupport best() {
    boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    boolean wanted = !"scalar".equals(System.getProperty(PROPERTY));
    // VectorKernels is linked only when its constructor is reached, so a JVM without the module never sees it.
    return present && wanted && VectorKernels.isWorthwhile() ? new VectorKernels() : new ScalarKernels();
  }
}
