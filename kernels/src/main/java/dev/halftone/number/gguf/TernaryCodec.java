package dev.halftone.number.gguf;

import dev.halftone.kernels.CConversions;

/**
 * TQ1_0 and TQ2_0: 256 values {@code scale * (-1, 0, 1)}, the scale the greatest magnitude, in half
 * precision behind the codes {@code x / scale} rounded half away from zero.
 */
abstract class TernaryCodec extends PlainCodec {
  private static final int SIZE = 256;
  private final int codesBytes;

  private TernaryCodec(int codesBytes) {
    super(SIZE, codesBytes + 2);
    this.codesBytes = codesBytes;
  }

  @Override
  final void quantize(float[] x, int from, byte[] out, int at) {
    float absMax = 0;
    for (int i = from; i < from + SIZE; i++) absMax = Math.max(absMax, Math.abs(x[i]));
    float inverse = absMax != 0 ? 1 / absMax : 0;
    BlockBytes.putHalf(out, at + codesBytes, absMax);
    int[] codes = new int[SIZE];
    for (int i = 0; i < SIZE; i++) codes[i] = CConversions.roundToInt(x[from + i] * inverse) + 1;
    pack(codes, out, at);
  }

  @Override
  final void dequantize(byte[] block, int at, float[] out, int to) {
    float scale = BlockBytes.half(block, at + codesBytes);
    int[] codes = new int[SIZE];
    unpack(block, at, codes);
    for (int i = 0; i < SIZE; i++) out[to + i] = (codes[i] - 1) * scale;
  }

  abstract void pack(int[] codes, byte[] out, int at);

  abstract void unpack(byte[] block, int at, int[] codes);

  /**
   * TQ1_0: five codes a byte, 32, then 16 apart, and the last 16 codes four a byte. A byte is
   * {@code ceil(256 / 243 * number)} of the number that the codes are the ternary digits of:
   * multiplying it by 3, its overflow gives the digits, the first first.
   */
  static final class FiveInAByte extends TernaryCodec {
    /** First code, bytes, and codes a byte of each part; neighbours in a byte are bytes apart. */
    private static final int[][] PARTS = {{0, 32, 5}, {160, 16, 5}, {240, 4, 4}};

    FiveInAByte() {
      super(52);
    }

    @Override
    void pack(int[] codes, byte[] out, int at) {
      for (int[] part : PARTS) {
        for (int b = 0; b < part[1]; b++) out[at++] = number(codes, part[0] + b, part[1], part[2]);
      }
    }

    private static byte number(int[] codes, int first, int step, int count) {
      int number = 0;
      for (int n = 0; n < 5; n++) number = number * 3 + (n < count ? codes[first + n * step] : 0);
      return (byte) (((number & 0xFF) * 256 + 242) / 243);
    }

    @Override
    void unpack(byte[] block, int at, int[] codes) {
      for (int[] part : PARTS) {
        for (int b = 0; b < part[1]; b++) {
          int rest = block[at++] & 0xFF;
          for (int n = 0; n < part[2]; n++) {
            codes[part[0] + n * part[1] + b] = rest * 3 >> 8;
            rest = rest * 3 & 0xFF;
          }
        }
      }
    }
  }

  /** TQ2_0: four codes of 2 bits a byte, 32 apart. */
  static final class FourInAByte extends TernaryCodec {
    FourInAByte() {
      super(64);
    }

    @Override
    void pack(int[] codes, byte[] out, int at) {
      for (int i = 0; i < 64; i++) {
        int first = i / 32 * 128 + i % 32;
        int bits = 0;
        for (int n = 0; n < 4; n++) bits |= (codes[first + n * 32] & 3) << 2 * n;
        out[at + i] = (byte) bits;
      }
    }

    @Override
    void unpack(byte[] block, int at, int[] codes) {
      for (int i = 0; i < 64; i++) {
        int first = i / 32 * 128 + i % 32;
        for (int n = 0; n < 4; n++) codes[first + n * 32] = block[at + i] >> 2 * n & 3;
      }
    }
  }
}
