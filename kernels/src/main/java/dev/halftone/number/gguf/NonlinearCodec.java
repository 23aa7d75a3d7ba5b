package dev.halftone.number.gguf;

import dev.halftone.kernels.CConversions;
import dev.halftone.kernels.ErrorWeights;
import dev.halftone.kernels.ErrorWeights.Given;
import dev.halftone.kernels.ErrorWeights.Own;
import dev.halftone.kernels.RisingLevels;
import dev.halftone.kernels.ScaleFits;
import org.jspecify.annotations.Nullable;

/**
 * IQ4_NL and IQ4_XS: small blocks of 32 values {@code scale * level(code)} of 16 levels that lie
 * denser around 0. Errors are weighted with {@code x²}, or with {@code importance * sqrt(2 * mean
 * square + x²)}.
 */
final class NonlinearCodec {
  private static final int BLOCK = 32;
  private static final int TRIES = 7;

  private static final RisingLevels LEVELS =
      new RisingLevels(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

  private NonlinearCodec() {}

  /** Weights of {@code count} pieces of {@code size} values, each with a mean square of its own. */
  private static ErrorWeights weigh(
      float[] x,
      int from,
      int size,
      int count,
      float @Nullable [] importance,
      int column,
      float[] weights) {
    if (importance == null) return Own.SQUARES;
    for (int i = 0; i < count * size; i += size) {
      float variance = Weights.sumOfSquares(x, from + i, size) * (2f / size);
      Weights.weigh(x, from + i, size, importance, column + i, variance, weights, i);
    }
    return new Given(weights);
  }

  private static void unpack(byte[] in, int at, float scale, float[] out, int to) {
    for (int i = 0; i < BLOCK / 2; i++) {
      out[to + i] = scale * LEVELS.level(in[at + i] & 0xF);
      out[to + i + BLOCK / 2] = scale * LEVELS.level(in[at + i] >> 4 & 0xF);
    }
  }

  /** IQ4_NL: a scale in half precision and the codes. */
  static final class Single extends BlockCodec {
    Single() {
      super(BLOCK, 18);
    }

    @Override
    void quantize(float[] x, int from, int to, float @Nullable [] importance, byte[] out, int at) {
      int count = (to - from) / BLOCK;
      float[] weights = new float[importance == null ? 0 : to - from];
      float[] scales = new float[count];
      float[] inverses = new float[count];
      byte[] codes = new byte[to - from];
      ErrorWeights errors = weigh(x, from, BLOCK, count, importance, 0, weights);
      ScaleFits.nonlinear(x, from, count, BLOCK, LEVELS, TRIES, errors, scales);
      for (int b = 0; b < count; b++) {
        BlockBytes.putHalf(out, at + b * bytes, scales[b]);
        inverses[b] = scales[b] != 0 ? 1 / scales[b] : 0;
      }
      ScaleFits.nearestLevels(x, from, count, BLOCK, inverses, LEVELS, codes, 0);
      for (int b = 0; b < count; b++) Nibbles.pack(codes, b * BLOCK, 4, out, at + b * bytes + 2);
    }

    @Override
    void dequantize(byte[] block, int at, float[] out, int to) {
      unpack(block, at + 2, BlockBytes.half(block, at), out, to);
    }
  }

  /**
   * IQ4_XS: {@code d}, then of 8 scales of 6 bits, minus 32, the upper two bits in 2 bytes and the
   * lower four in 4, and the codes.
   */
  static final class Super extends SuperBlockCodec {
    private static final int BYTES = 136;
    private static final int BLOCKS = SIZE / BLOCK;

    Super() {
      super(BYTES);
    }

    @Override
    Search search(int count) {
      float[] weights = new float[count * SIZE];
      float[] scales = new float[count * BLOCKS];
      float[] inverses = new float[count * BLOCKS];
      byte[] codes = new byte[count * SIZE];
      return (x, from, blocks, importance, column, out, at) -> {
        ErrorWeights errors = weigh(x, from, SIZE, blocks, importance, column, weights);
        ScaleFits.nonlinear(x, from, blocks * BLOCKS, BLOCK, LEVELS, TRIES, errors, scales);
        for (int s = 0; s < blocks; s++) {
          storeScales(scales, s * BLOCKS, inverses, out, at + s * BYTES);
        }
        ScaleFits.nearestLevels(x, from, blocks * BLOCKS, BLOCK, inverses, LEVELS, codes, 0);
        for (int b = 0; b < blocks * BLOCKS; b++) {
          int nibbles = at + b / BLOCKS * BYTES + 8 + b % BLOCKS * BLOCK / 2;
          Nibbles.pack(codes, b * BLOCK, 4, out, nibbles);
        }
      };
    }

    /** Stores the scales from {@code first} on; {@code inverses} are those of what is stored. */
    private static void storeScales(
        float[] scales, int first, float[] inverses, byte[] out, int at) {
      float max = furthest(scales, first, BLOCKS);
      // The float itself, not what half precision makes of it, goes on.
      float d = -max / 32;
      float inverse = d != 0 ? 1 / d : 0;
      BlockBytes.putHalf(out, at, d);
      int high = 0;
      int low = 0;
      for (int b = 0; b < BLOCKS; b++) {
        int nearest = CConversions.nearest(inverse * scales[first + b]);
        int scale = Math.max(-32, Math.min(31, nearest));
        float blockScale = d * scale;
        inverses[first + b] = blockScale != 0 ? 1 / blockScale : 0;
        high |= (scale + 32 >> 4) << 2 * b;
        low |= (scale + 32 & 0xF) << 4 * b;
      }
      BlockBytes.putShort(out, at + 2, high);
      BlockBytes.putInt(out, at + 4, low);
    }

    @Override
    void dequantize(byte[] block, int at, float[] out, int to) {
      float d = BlockBytes.half(block, at);
      int high = BlockBytes.unsignedShort(block, at + 2);
      int low = BlockBytes.getInt(block, at + 4);
      for (int b = 0; b < BLOCKS; b++) {
        int scale = (low >> 4 * b & 0xF | (high >> 2 * b & 3) << 4) - 32;
        unpack(block, at + 8 + b * BLOCK / 2, d * scale, out, to + b * BLOCK);
      }
    }
  }
}
