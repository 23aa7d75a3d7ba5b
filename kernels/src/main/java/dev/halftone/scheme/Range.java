package dev.halftone.scheme;

/**
 * Real numbers that a tensor's codes have to cover. Zero is always among them: padding, Relu and
 * sparse tensors need it exact.
 *
 * @param low at most 0, never -0
 * @param high at least 0
 */
public record Range(float low, float high) {
  /** Nothing but zero. */
  public static final Range ZERO = new Range(0f, 0f);

  /**
   * Widens the range to contain 0.
   *
   * @throws IllegalArgumentException if an end is NaN or infinite, or low is above high
   */
  public Range {
    if (!Float.isFinite(low) || !Float.isFinite(high) || low > high) {
      throw new IllegalArgumentException("[%s, %s] is not a range".formatted(low, high));
    }
    low = Math.min(low + 0f, 0f);
    high = Math.max(high, 0f);
  }

  /** The range of both. */
  public Range union(Range other) {
    return new Range(Math.min(low, other.low), Math.max(high, other.high));
  }

  /** What both have in common; 0 at least. */
  public Range intersection(Range other) {
    return new Range(Math.max(low, other.low), Math.min(high, other.high));
  }

  /** The larger distance of an end from zero. */
  public float absMax() {
    return Math.max(-low, high);
  }
}
