package dev.halftone.number.gguf;

/**
 * Q1_0: 128 values of one magnitude, their mean one, in half precision and then the signs, bit 1
 * for zero and above.
 */
final class SignCodec extends PlainCodec {
  private static final int SIZE = 128;

  SignCodec() {
    super(SIZE, 2 + SIZE / 8);
  }

  @Override
  void quantize(float[] x, int from, byte[] out, int at) {
    float sum = 0;
    for (int i = from; i < from + SIZE; i++) sum += Math.abs(x[i]);
    BlockBytes.putHalf(out, at, sum / SIZE);
    for (int b = 0; b < SIZE / 8; b++) {
      int signs = 0;
      for (int i = 0; i < 8; i++) signs |= x[from + 8 * b + i] >= 0 ? 1 << i : 0;
      out[at + 2 + b] = (byte) signs;
    }
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    float scale = BlockBytes.half(block, at);
    for (int i = 0; i < SIZE; i++) {
      out[to + i] = (block[at + 2 + i / 8] >> i % 8 & 1) == 1 ? scale : -scale;
    }
  }
}
