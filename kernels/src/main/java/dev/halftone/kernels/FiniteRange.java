package dev.halftone.kernels;

/**
 * What a run of floats holds: the least and greatest finite element and how many of each kind there
 * are.
 *
 * @param min least finite element, positive infinity when there is none; a zero is always +0
 * @param max greatest finite element, negative infinity when there is none; a zero is always +0
 * @param finite elements that are neither NaN nor infinite
 * @param nan elements that are NaN
 * @param infinite elements that are positive or negative infinity
 */
public record FiniteRange(float min, float max, long finite, long nan, long infinite) {
  /** Of no elements; the neutral element of {@link #merge}. */
  public static final FiniteRange EMPTY =
      new FiniteRange(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0, 0, 0);

  /** Of the elements of both runs. Commutative and associative, bit for bit. */
  public FiniteRange merge(FiniteRange other) {
    return new FiniteRange(
        Math.min(min, other.min),
        Math.max(max, other.max),
        finite + other.finite,
        nan + other.nan,
        infinite + other.infinite);
  }

  /** Largest finite magnitude; 0 when no element is finite. */
  public float absMax() {
    return finite == 0 ? 0f : Math.max(-min, max);
  }
}
