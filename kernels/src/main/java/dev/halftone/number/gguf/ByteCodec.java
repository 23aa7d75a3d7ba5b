package dev.halftone.number.gguf;

import dev.halftone.kernels.ScaleFits;
import org.jspecify.annotations.Nullable;

/**
 * Q8_0: 32 values {@code scale * code}, the scale {@code greatest magnitude / 127} in half
 * precision and then codes of 8 bits, {@code x / scale} rounded half away from zero.
 */
final class ByteCodec extends BlockCodec {
  private static final int SIZE = 32;

  ByteCodec() {
    super(SIZE, 2 + SIZE);
  }

  @Override
  void quantize(float[] x, int from, int to, float @Nullable [] importance, byte[] out, int at) {
    int count = (to - from) / SIZE;
    float[] inverses = new float[count];
    ScaleFits.extremes(x, from, count, SIZE, inverses);
    for (int b = 0; b < count; b++) {
      float scale = Math.abs(inverses[b]) / 127;
      inverses[b] = scale != 0 ? 1 / scale : 0;
      BlockBytes.putHalf(out, at + b * bytes, scale);
    }
    ScaleFits.roundAway(x, from, count, SIZE, inverses, out, at + 2, bytes);
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    float scale = BlockBytes.half(block, at);
    for (int i = 0; i < SIZE; i++) out[to + i] = block[at + 2 + i] * scale;
  }
}
