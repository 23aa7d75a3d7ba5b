package dev.halftone.quantize.codes;

/** {@code code = clamp(rint(value / scale) + zeroPoint)}. */
final class Rounding {
  /**
   * Adding and taking it away rounds a float of magnitude below 2^22 to an integer, half to even.
   */
  private static final float ROUND = 0x1.8p23f;

  private Rounding() {}

  /** Encodes values that share one scale. */
  static void encode(
      float[] values,
      int from,
      int count,
      float scale,
      int zeroPoint,
      CodeFormat format,
      byte[] codes,
      int to) {
    float low = format.lowest() - zeroPoint;
    float high = format.highest() - zeroPoint;
    for (int i = 0; i < count; i++) {
      float exact = Math.max(low, Math.min(high, values[from + i] / scale));
      codes[to + i] = (byte) (int) (exact + ROUND - ROUND + zeroPoint);
    }
  }

  /**
   * Encodes neighbours with a scale and a zero point each to the same positions of {@code codes}.
   */
  static void encode(
      float[] values,
      int from,
      int count,
      float[] scales,
      int scaleAt,
      float[] zeroPoints,
      CodeFormat format,
      byte[] codes) {
    float low = format.lowest();
    float high = format.highest();
    for (int i = 0; i < count; i++) {
      float zero = zeroPoints[i];
      float exact =
          Math.max(low - zero, Math.min(high - zero, values[from + i] / scales[scaleAt + i]));
      codes[from + i] = (byte) (int) (exact + ROUND - ROUND + zero);
    }
  }
}
