package dev.halftone.number.gguf;

import dev.halftone.kernels.CConversions;
import dev.halftone.kernels.ScaleFits;
import org.jspecify.annotations.Nullable;

/**
 * Q4_0 and Q5_0: 32 values {@code scale * (code - 2^(bits - 1))}, a scale in half precision and
 * then the codes. Without importance the value of greatest magnitude has code 0 and the others
 * round half up; with it a search finds the scale, weighted with {@code importance * sqrt(mean
 * square of the row + x²)}.
 */
final class SymmetricCodec extends BlockCodec {
  private static final int SIZE = 32;
  private final int bits;
  private final int middle;

  SymmetricCodec(int bits) {
    super(SIZE, 2 + SIZE * bits / 8);
    this.bits = bits;
    middle = 1 << bits - 1;
  }

  @Override
  void quantize(float[] x, int from, int to, float @Nullable [] importance, byte[] out, int at) {
    if (importance == null) round(x, from, to, out, at);
    else search(x, from, to, importance, out, at);
  }

  private void round(float[] x, int from, int to, byte[] out, int at) {
    int count = (to - from) / SIZE;
    float[] inverses = new float[count];
    ScaleFits.extremes(x, from, count, SIZE, inverses);
    for (int b = 0; b < count; b++) {
      float scale = inverses[b] / -middle;
      inverses[b] = scale != 0 ? 1 / scale : 0;
      BlockBytes.putHalf(out, at + b * bytes, scale);
    }
    if (bits == 4) {
      ScaleFits.truncateNibbles(x, from, count, inverses, out, at + 2, bytes);
      return;
    }
    byte[] codes = new byte[SIZE];
    for (int b = 0; b < count; b++) {
      int block = from + b * SIZE;
      if (Float.isInfinite(inverses[b])) roundCarefully(x, block, inverses[b], codes);
      else round(x, block, inverses[b], codes);
      Nibbles.pack(codes, 0, bits, out, at + b * bytes + 2);
    }
  }

  private void round(float[] x, int from, float inverse, byte[] codes) {
    float shift = middle + 0.5f;
    int highest = 2 * middle - 1;
    for (int i = 0; i < SIZE; i++) {
      codes[i] = (byte) Math.min(highest, (int) (x[from + i] * inverse + shift));
    }
  }

  /** Products of a scale so small that its inverse is infinite are no ints. */
  private void roundCarefully(float[] x, int from, float inverse, byte[] codes) {
    for (int i = 0; i < SIZE; i++) {
      int code = (byte) CConversions.truncate(x[from + i] * inverse + (middle + 0.5f));
      codes[i] = (byte) Math.min(2 * middle - 1, code);
    }
  }

  private void search(float[] x, int from, int to, float[] importance, byte[] out, int at) {
    int length = to - from;
    float variance = Weights.sumOfSquares(x, from, length) / length;
    float[] weights = new float[length];
    Weights.weigh(x, from, length, importance, 0, variance, weights, 0);
    int count = length / SIZE;
    float[] scales = new float[count];
    float[] inverses = new float[count];
    ScaleFits.symmetric(x, from, count, SIZE, middle, weights, scales, inverses);
    byte[] codes = new byte[SIZE];
    for (int b = 0; b < count; b++, at += bytes) {
      BlockBytes.putHalf(out, at, scales[b]);
      ScaleFits.symmetricCodes(x, from + b * SIZE, SIZE, middle, inverses[b], codes, 0);
      Nibbles.pack(codes, 0, bits, out, at + 2);
    }
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    float scale = BlockBytes.half(block, at);
    byte[] codes = new byte[SIZE];
    Nibbles.unpack(block, at + 2, bits, codes);
    for (int i = 0; i < SIZE; i++) out[to + i] = (codes[i] - middle) * scale;
  }
}
