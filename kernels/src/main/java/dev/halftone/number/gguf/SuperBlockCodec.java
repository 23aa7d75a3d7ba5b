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

  SuperBlockCodec(int bytes) {
    super(SIZE, bytes);
  }

  @Override
  final void quantize(
      float[] x, int from, int to, float @Nullable [] importance, byte[] out, int at) {
    Search search = search(Math.min(TOGETHER, (to - from) / SIZE));
    for (int i = from; i < to; i += TOGETHER * SIZE, at += TOGETHER * bytes) {
      int count = Math.min(TOGETHER, (to - i) / SIZE);
      search.quantize(x, i, count, importance, i - from, out, at);
    }
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
