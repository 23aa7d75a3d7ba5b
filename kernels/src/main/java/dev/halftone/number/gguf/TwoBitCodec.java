package dev.halftone.number.gguf;

import dev.halftone.kernels.CConversions;

/**
 * Q2_0: 64 values {@code scale * (code - 1)}, the scale the greatest magnitude, in half precision
 * and then four codes of 2 bits a byte, {@code x / scale} rounded half away from zero.
 */
final class TwoBitCodec extends PlainCodec {
  private static final int SIZE = 64;

  TwoBitCodec() {
    super(SIZE, 2 + SIZE / 4);
  }

  @Override
  void quantize(float[] x, int from, byte[] out, int at) {
    float absMax = 0;
    for (int i = from; i < from + SIZE; i++) absMax = Math.max(absMax, Math.abs(x[i]));
    float inverse = absMax > 0 ? 1 / absMax : 0;
    BlockBytes.putHalf(out, at, absMax);
    for (int b = 0; b < SIZE / 4; b++) {
      int bits = 0;
      for (int i = 0; i < 4; i++) {
        float rounded = CConversions.round(x[from + 4 * b + i] * inverse);
        int code = Math.max(0, Math.min(3, CConversions.truncate(rounded) + 1));
        bits |= code << 2 * i;
      }
      out[at + 2 + b] = (byte) bits;
    }
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    float scale = BlockBytes.half(block, at);
    for (int i = 0; i < SIZE; i++) {
      out[to + i] = ((block[at + 2 + i / 4] >> 2 * (i % 4) & 3) - 1) * scale;
    }
  }
}
