package dev.halftone.kernels;

/**
 * Conversions of floats to integers as C programs compiled for x86-64 make them, where Java's own
 * differ. GGUF's block types are defined by what such programs write.
 */
public final class CConversions {
  /** 1.5 · 2^23; the sum of it and a float below 2^22 has the rounded float in its lower bits. */
  static final float MAGIC = 0x1.8p23f;

  static final int MANTISSA = 0x7FFFFF;
  static final int HALF_MANTISSA = 0x400000;

  private CConversions() {}

  /**
   * {@code value} rounded to nearest, ties to even, if its magnitude is at most 2^22 - 1; beyond
   * that what the lower 23 bits of {@code value + 1.5 · 2^23} say: 0 for NaN, -2^22 for infinities.
   */
  public static int nearest(float value) {
    return (Float.floatToRawIntBits(value + MAGIC) & MANTISSA) - HALF_MANTISSA;
  }

  /** {@code value} without its fraction; -2^31 for NaN and what an int cannot hold. */
  public static int truncate(float value) {
    return value >= -0x1p31f && value < 0x1p31f ? (int) value : Integer.MIN_VALUE;
  }

  /** {@code value} rounded to nearest, ties away from zero; NaN and infinities stay. */
  public static float round(float value) {
    if (!(Math.abs(value) < 0x1p23f)) return value;
    float whole = (int) value;
    return Math.abs(value - whole) >= 0.5f ? whole + Math.copySign(1f, value) : whole;
  }

  /** The lower 32 bits of {@link #round} as a long, which is -2^63 for NaN and beyond a long. */
  public static int roundToInt(float value) {
    float rounded = round(value);
    return rounded >= -0x1p63f && rounded < 0x1p63f ? (int) (long) rounded : 0;
  }
}
