package dev.halftone.kernels;

import java.util.concurrent.atomic.AtomicLong;

/**
 * When SIMD takes a loop over. Until the JVM has compiled it, a SIMD loop runs through objects and
 * costs {@value #COMPILATION} ns of processor time more than the plain one. So the plain loop
 * begins, and SIMD takes over when it would have saved as much: however long a JVM lives, it never
 * spends more than twice what the better of the two would have. Both give the same bits, so nobody
 * can tell when. Thread-safe.
 */
final class Takeover {
  private static final double COMPILATION = 6e8;

  /** The same for a loop of a few operations. */
  private static final double SMALL_COMPILATION = 1e8;

  /**
   * Calls below this many elements are left to the plain loop and not counted: threads that all add
   * to one counter would wait for each other.
   */
  private static final int FEW = 1024;

  private final long after;
  private final AtomicLong seen = new AtomicLong();

  /**
   * @param gain nanoseconds an element that SIMD saves
   */
  Takeover(double gain) {
    this(gain, COMPILATION);
  }

  private Takeover(double gain, double compilation) {
    after = KernelProvider.WISH.equals("vector") ? -1 : (long) (compilation / gain);
  }

  /**
   * For a loop of a few operations.
   *
   * @param gain nanoseconds an element that SIMD saves
   */
  static Takeover ofSmallLoop(double gain) {
    return new Takeover(gain, SMALL_COMPILATION);
  }

  /** Who computes the next {@code elements}. */
  KernelSupport next(int elements) {
    if (elements < FEW && after >= 0) return KernelProvider.PLAIN;
    return seen.get() > after || seen.addAndGet(elements) > after
        ? KernelProvider.best()
        : KernelProvider.PLAIN;
  }

  /** Counts elements that are known to come. */
  void expect(long elements) {
    seen.addAndGet(elements);
  }
}
