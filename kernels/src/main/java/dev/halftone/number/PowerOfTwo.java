package dev.halftone.number;

/** How a positive number becomes a power of two. */
public enum PowerOfTwo {
  /** The nearest; 1.5 * 2^k goes up. */
  ROUND,
  /** The least that is not below. */
  CEIL,
  /** The greatest that is not above. */
  FLOOR;

  /**
   * The power of two for {@code scale}, within [2^-126, 2^127].
   *
   * @param scale positive and finite
   */
  public float of(float scale) {
    Refusals.checkScale(scale);
    return Float.intBitsToFloat(Math.clamp(exponentField(scale), 1, 254) << 23);
  }

  /**
   * The exponent field of a float, biased by 127, raised by what its fraction rounds to. Below
   * 2^-126 the field is 0, and stands for 2^-127 to all who use it; of the fractions there, CEIL
   * raises all but 0, and ROUND those above a half, as ONNX Cast to FLOAT8E8M0 does.
   */
  int exponentField(float value) {
    int magnitude = Float.floatToRawIntBits(value) & 0x7FFFFFFF;
    int field = magnitude >>> 23;
    int fraction = magnitude & 0x7FFFFF;
    return switch (this) {
      case ROUND -> field + (fraction > 0x400000 || fraction == 0x400000 && field > 0 ? 1 : 0);
      case CEIL -> field + (fraction > 0 ? 1 : 0);
      case FLOOR -> field;
    };
  }
}
