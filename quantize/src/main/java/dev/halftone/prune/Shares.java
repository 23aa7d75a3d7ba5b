package dev.halftone.prune;

/** Shares as whole numbers. */
public final class Shares {
  /** So that 0.3 of 10 is 3: decimal fractions are not exact. */
  private static final double ROUNDING = 1e-9;

  private Shares() {}

  /** The whole part of {@code share * total}. */
  public static long floor(double share, long total) {
    return (long) Math.floor(share * total + ROUNDING);
  }
}
