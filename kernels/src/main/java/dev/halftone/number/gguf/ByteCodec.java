package dev.halftone.number.gguf;

import dev.halftone.kernels.ScaleFits;

/**
 * Q8_0: 32 values {@code scale * code}, the scale {@code greatest magnitude / 127} in half
 * precision and then codes of 8 bits, {@code x / scale} rounded half away from zero.
 */
final class ByteCodec extends PlainCodec {
  private static final int SIZE = 32;

  ByteCodec() {
    super(SIZE, 2 + SIZE);
  }

  @Override
  void quantize(float[] x, int from, byte[] out, int at) {
    float absMax = 0;
    for (int i = from; i < from + SIZE; i++) absMax = Math.max(absMax, Math.abs(x[i]));
    float scale = absMax / 127;
    float inverse = scale != 0 ? 1 / scale : 0;
    BlockBytes.putHalf(out, at, scale);
    ScaleFits.roundAway(x, from, SIZE, inverse, out, at + 2);
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    float scale = BlockBytes.half(block, at);
    for (int i = 0; i < SIZE; i++) out[to + i] = block[at + 2 + i] * scale;
  }
}
