package dev.halftone.number.gguf;

import dev.halftone.kernels.AffineFit;
import dev.halftone.kernels.AffineScales;
import dev.halftone.kernels.CConversions;
import dev.halftone.kernels.ErrorWeights.Given;
import dev.halftone.kernels.ScaleFits;
import org.jspecify.annotations.Nullable;

/**
 * Q4_1 and Q5_1: 32 values {@code scale * code + minimum}, both in half precision and then the
 * codes. Without importance the codes reach from the least to the greatest value, rounded half up;
 * with it a search finds both, weighted with {@code importance * sqrt(mean square of the row +
 * x²)}.
 */
final class AffineCodec extends BlockCodec {
  private static final int SIZE = 32;
  private final int bits;
  private final int levels;
  private final AffineFit fit;

  AffineCodec(int bits) {
    super(SIZE, 4 + SIZE * bits / 8);
    this.bits = bits;
    levels = (1 << bits) - 1;
    fit = new AffineFit(SIZE, levels, -0.9f, 0.05f, 36, false);
  }

  @Override
  void quantize(float[] x, int from, int to, float @Nullable [] importance, byte[] out, int at) {
    if (importance == null) {
      byte[] codes = new byte[SIZE];
      for (int i = from; i < to; i += SIZE, at += bytes) quantize(x, i, codes, out, at);
    } else {
      search(x, from, to, importance, out, at);
    }
  }

  private void quantize(float[] x, int from, byte[] codes, byte[] out, int at) {
    float min = Float.MAX_VALUE;
    float max = -Float.MAX_VALUE;
    for (int i = from; i < from + SIZE; i++) {
      if (x[i] < min) min = x[i];
      if (x[i] > max) max = x[i];
    }
    float scale = (max - min) / levels;
    float inverse = scale != 0 ? 1 / scale : 0;
    BlockBytes.putHalf(out, at, scale);
    BlockBytes.putHalf(out, at + 2, min);
    for (int i = 0; i < SIZE; i++) {
      int code = CConversions.truncate((x[from + i] - min) * inverse + 0.5f);
      codes[i] = (byte) (bits == 4 ? Math.min(levels, (byte) code) : code);
    }
    Nibbles.pack(codes, 0, bits, out, at + 4);
  }

  private void search(float[] x, int from, int to, float[] importance, byte[] out, int at) {
    int length = to - from;
    float variance = Weights.sumOfSquares(x, from, length) / length;
    float[] weights = new float[length];
    Weights.weigh(x, from, length, importance, 0, variance, weights, 0);
    int count = length / SIZE;
    AffineScales found = new AffineScales(count);
    ScaleFits.affine(x, from, count, fit, new Given(weights), found);
    byte[] codes = new byte[SIZE];
    for (int b = 0; b < count; b++, at += bytes) {
      BlockBytes.putHalf(out, at, found.scales()[b]);
      BlockBytes.putHalf(out, at + 2, -found.minima()[b]);
      ScaleFits.affineCodes(x, from + b * SIZE, fit, found, b, codes, 0);
      Nibbles.pack(codes, 0, bits, out, at + 4);
    }
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    float scale = BlockBytes.half(block, at);
    float minimum = BlockBytes.half(block, at + 2);
    byte[] codes = new byte[SIZE];
    Nibbles.unpack(block, at + 4, bits, codes);
    for (int i = 0; i < SIZE; i++) out[to + i] = codes[i] * scale + minimum;
  }
}
