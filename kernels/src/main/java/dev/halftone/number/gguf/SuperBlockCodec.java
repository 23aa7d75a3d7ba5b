package dev.halftone.number.gguf;

import org.jspecify.annotations.Nullable;

/**
 * A type of 256 values in small blocks, whose scales are themselves numbers of few bits times the
 * scale of the whole. Several are searched at a time, since SIMD takes one small block a lane.
 */
abstract class SuperBlockCodec extends BlockCodec {
  static final int SIZE = 256;

  /** Super-blocks that are searched together: enough for any register, few for the cache. */
  static final int TOGETHER = 32;

  private static final int MAGNITUDE = 0x7FFFFFFF;

  /** Each thread's: clearing new memory for every call would take long. */
  private final ThreadLocal<Search> searches = ThreadLocal.withInitial(() -> search(TOGETHER));

  SuperBlockCodec(int bytes) {
    super(SIZE, bytes);
  }

  @Override
  final void quantize(
      float[] x, int from, int to, float @Nullable [] importance, byte[] out, int at) {
    Search search = searches.get();
    for (int i = from; i < to; i += TOGETHER * SIZE, at += TOGETHER * bytes) {
      int count = Math.min(TOGETHER, (to - i) / SIZE);
      search.quantize(x, i, count, importance, i - from, out, at);
    }
  }

  /**
   * The value of greatest magnitude, the first of equals; NaN is passed over, 0 if none is left.
   */
  static float furthest(float[] values, int from, int count) {
    // Magnitudes have the order of their bits. Which is greater cannot be foretold: no branch.
    int furthest = 0;
    for (int i = from; i < from + count; i++) {
      int bits = Float.floatToRawIntBits(values[i]);
      furthest = (bits & MAGNITUDE) > (furthest & MAGNITUDE) ? bits : furthest;
    }
    float found = Float.intBitsToFloat(furthest);
    return Float.isNaN(found) ? furthestNumber(values, from, count) : found;
  }

  /** The greatest value above 0; NaN is passed over, 0 if there is none. */
  static float greatest(float[] values, int from, int count) {
    // Positive floats have the order of their bits, and those of negative ones are below 0.
    int greatest = 0;
    for (int i = from; i < from + count; i++)
      greatest = Math.max(greatest, Float.floatToRawIntBits(values[i]));
    float found = Float.intBitsToFloat(greatest);
    return Float.isNaN(found) ? greatestNumber(values, from, count) : found;
  }

  private static float greatestNumber(float[] values, int from, int count) {
    float greatest = 0;
    for (int i = from; i < from + count; i++) if (values[i] > greatest) greatest = values[i];
    return greatest;
  }

  private static float furthestNumber(float[] values, int from, int count) {
    float furthest = 0;
    for (int i = from; i < from + count; i++) {
      if (Math.abs(values[i]) > Math.abs(furthest)) furthest = values[i];
    }
    return furthest;
  }

  /** Room to search {@code count} super-blocks at a time in. */
  abstract Search search(int count);

  /** A search with its scratch memory. */
  interface Search {
    /** Quantizes {@code count} super-blocks from {@code x[from]}, whose first column is given. */
    void quantize(
        float[] x,
        int from,
        int count,
        float @Nullable [] importance,
        int column,
        byte[] out,
        int at);
  }
}
