package dev.halftone.number.gguf;

import org.jspecify.annotations.Nullable;

/** How the blocks of one type are made and read. {@link BlockType} has checked the arguments. */
abstract class BlockCodec {
  final int values;
  final int bytes;

  /** Blocks of {@code values} values in {@code bytes} bytes. */
  BlockCodec(int values, int bytes) {
    this.values = values;
    this.bytes = bytes;
  }

  /** Blocks of one row. */
  abstract void quantize(
      float[] x, int from, int to, float @Nullable [] importance, byte[] out, int at);

  /** Values of one block. */
  abstract void dequantize(byte[] block, int at, float[] out, int to);
}
