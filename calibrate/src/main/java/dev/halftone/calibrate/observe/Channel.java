package dev.halftone.calibrate.observe;

/**
 * The finite elements that share an index along an axis.
 *
 * @param min the least, positive infinity when there is none; a zero is always +0
 * @param max the greatest, negative infinity when there is none; a zero is always +0
 */
public record Channel(float min, float max, Moments moments) {
  /** Of no elements; the neutral element of {@link #merge}. */
  public static final Channel EMPTY =
      new Channel(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Moments.EMPTY);

  /** Of the elements of both. Commutative and associative, bit for bit. */
  public Channel merge(Channel other) {
    return new Channel(
        Math.min(min, other.min), Math.max(max, other.max), moments.merge(other.moments));
  }
}
