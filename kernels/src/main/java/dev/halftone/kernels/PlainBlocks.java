package dev.halftone.kernels;

/** Extremes and codes of small blocks, value by value; see {@link ScaleFits}. */
final class PlainBlocks {
  private static final int NIBBLES = ScaleFits.NIBBLES;
  private static final float SHIFT = 8.5f;
  private static final float BELOW_HALF = Math.nextDown(0.5f);
  private static final int BEYOND = 1 << 22;

  private PlainBlocks() {}

  static void extremes(float[] x, int from, int count, int size, float[] out) {
    for (int b = 0; b < count; b++) out[b] = extreme(x, from + b * size, size);
  }

  /**
   * Bits of magnitudes have the order of the magnitudes. No branch: where the greatest is cannot be
   * foretold.
   */
  private static float extreme(float[] x, int from, int size) {
    int above = 0;
    int below = 0;
    for (int i = from; i < from + size; i++) {
      int bits = Float.floatToRawIntBits(x[i]);
      above = Math.max(above, bits);
      below = Math.max(below, bits ^ Integer.MIN_VALUE);
    }
    if (above == below) return firstOf(x, from, above);
    return above > below ? Float.intBitsToFloat(above) : -Float.intBitsToFloat(below);
  }

  private static float firstOf(float[] x, int from, int magnitude) {
    if (magnitude == 0) return 0;
    int i = from;
    while ((Float.floatToRawIntBits(x[i]) & Integer.MAX_VALUE) != magnitude) i++;
    return x[i];
  }

  static void roundAway(
      float[] x, int from, int count, int size, float[] inverses, byte[] out, int at, int stride) {
    for (int b = 0; b < count; b++)
      roundAway(x, from + b * size, size, inverses[b], out, at + b * stride);
  }

  /**
   * Without a branch, since signs cannot be foretold. The greatest float below a half is added to
   * the magnitude and the fraction dropped: a tie's sum rounds up to the next integer, any lesser
   * fraction's does not reach it.
   */
  static void roundAway(float[] x, int from, int size, float inverse, byte[] out, int at) {
    for (int i = 0; i < size; i++) {
      float value = x[from + i] * inverse;
      int magnitude = (int) (Math.abs(value) + BELOW_HALF);
      int representable = magnitude - BEYOND >> 31;
      int sign = (int) (value + value) >> 31;
      out[at + i] = (byte) (((magnitude ^ sign) - sign) & representable);
    }
  }

  /** Blocks {@code [first, end)}. */
  static void truncateNibbles(
      float[] x, int from, int first, int end, float[] inverses, byte[] out, int at, int stride) {
    for (int b = first; b < end; b++) {
      int block = from + b * NIBBLES;
      for (int i = 0; i < NIBBLES / 2; i++) {
        int low = code(x[block + i], inverses[b]);
        int high = code(x[block + NIBBLES / 2 + i], inverses[b]);
        out[at + b * stride + i] = (byte) (low & 0xF | high << 4);
      }
    }
  }

  private static int code(float x, float inverse) {
    return Math.min(15, (byte) CConversions.truncate(x * inverse + SHIFT));
  }
}
