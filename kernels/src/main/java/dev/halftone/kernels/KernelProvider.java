package dev.halftone.kernels;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Chooses who computes. Until the JVM has compiled it, a SIMD loop costs some 300 ms of processor
 * time, a plain one 10 ms; once compiled it is about twice as fast. So the plain loops, which the
 * compiler vectorises for the most part, begin, and SIMD takes over in a JVM that has shown to have
 * much to do. Both give the same bits, so nobody can tell when.
 */
final class KernelProvider {
  static final KernelSupport PLAIN = new ScalarKernels();

  /** System property: {@code scalar} turns SIMD off, {@code vector} lets it begin at once. */
  private static final String WISH = System.getProperty("halftone.kernels", "");

  /** Elements, about five seconds of work, after which a JVM counts as long-lived. */
  private static final long MUCH = WISH.equals("vector") ? -1 : 1L << 32;

  private static final KernelSupport BEST = find();
  private static final AtomicLong SEEN = new AtomicLong();

  private KernelProvider() {}

  static KernelSupport best() {
    return BEST;
  }

  /**
   * Calls below this many elements, as for a block of a weight, are left to the plain loops and not
   * counted: threads that all add to one counter would wait for each other.
   */
  private static final int FEW = 1024;

  /** Who computes the next {@code elements}. */
  static KernelSupport forWork(int elements) {
    if (elements < FEW && MUCH >= 0) return PLAIN;
    return SEEN.get() > MUCH || SEEN.addAndGet(elements) > MUCH ? BEST : PLAIN;
  }

  private static KernelSupport find() {
    boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    boolean wanted = !WISH.equals("scalar");
    // VectorKernels is linked only when it is reached, so a JVM without the module never sees it.
    return present && wanted && VectorKernels.isWorthwhile() ? new VectorKernels() : PLAIN;
  }
}
