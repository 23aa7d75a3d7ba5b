package dev.halftone.quantize.dequantize;

/**
 * The floats from {@code low} to {@code high}, both included; an end that is not known is infinite.
 */
record Interval(float low, float high) {
  static final Interval ALL = new Interval(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
  static final Interval NOT_NEGATIVE = new Interval(0f, Float.POSITIVE_INFINITY);
  static final Interval UNIT = new Interval(0f, 1f);
  static final Interval ZERO = new Interval(0f, 0f);

  boolean contains(Interval other) {
    return low <= other.low && other.high <= high;
  }

  /** The smallest interval that has both in it. */
  Interval hull(Interval other) {
    return new Interval(Math.min(low, other.low), Math.max(high, other.high));
  }

  /** Where values of this one go when those outside {@code bounds} are moved to its ends. */
  Interval clampedTo(Interval bounds) {
    return new Interval(bounds.clamp(low), bounds.clamp(high));
  }

  private float clamp(float value) {
    return Math.min(Math.max(value, low), high);
  }
}
