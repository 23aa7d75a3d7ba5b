package dev.halftone.kernels;

/** Extremes and codes of small blocks, value by value; see {@link ScaleFits}. */
final class PlainBlocks {
  private static final int NIBBLES = ScaleFits.NIBBLES;
  private static final float SHIFT = 8.5f;

  private PlainBlocks() {}

  static void extremes(float[] x, int from, int count, int size, float[] out) {
    for (int b = 0; b < count; b++) out[b] = extreme(x, from + b * size, size);
  }

  private static float extreme(float[] x, int from, int size) {
    float extreme = 0;
    float absMax = 0;
    for (int i = from; i < from + size; i++) {
      if (absMax < Math.abs(x[i])) {
        absMax = Math.abs(x[i]);
        extreme = x[i];
      }
    }
    return extreme;
  }

  static void roundAway(
      float[] x, int from, int count, int size, float[] inverses, byte[] out, int at, int stride) {
    for (int b = 0; b < count; b++)
      roundAway(x, from + b * size, size, inverses[b], out, at + b * stride);
  }

  static void roundAway(float[] x, int from, int size, float inverse, byte[] out, int at) {
    for (int i = 0; i < size; i++) {
      float value = x[from + i] * inverse;
      out[at + i] = (byte) (Math.abs(value) < 0x1p22f ? CConversions.round(value) : 0f);
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
