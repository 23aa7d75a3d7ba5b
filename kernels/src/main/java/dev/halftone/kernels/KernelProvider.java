package dev.halftone.kernels;

/** Who computes: plain loops, and SIMD where this JVM has it. */
final class KernelProvider {
  static final KernelSupport PLAIN = new ScalarKernels();

  /** {@code scalar} turns SIMD off, {@code vector} lets it begin at once. */
  static final String WISH = System.getProperty("halftone.kernels", "");

  private static final KernelSupport BEST = find();

  private KernelProvider() {}

  static KernelSupport best() {
    return BEST;
  }

  private static KernelSupport find() {
    boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    boolean wanted = !WISH.equals("scalar");
    // VectorKernels is linked only when it is reached, so a JVM without the module never sees it.
    return present && wanted && VectorKernels.isWorthwhile() ? new VectorKernels() : PLAIN;
  }
}
