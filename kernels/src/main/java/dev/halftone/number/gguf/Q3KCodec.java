package dev.halftone.number.gguf;

import dev.halftone.kernels.CConversions;
import dev.halftone.kernels.ErrorWeights.Given;
import dev.halftone.kernels.ScaleFits;
import org.jspecify.annotations.Nullable;

/**
 * Q3_K: 16 small blocks of 16 values {@code d * scale * (code - 4)}: 32 bytes of the codes' upper
 * bits, bit {@code i} of byte {@code j} for code {@code 32 i + j}; the lower two bits; 16 scales of
 * 6 bits, plus 32; {@code d}.
 */
final class Q3KCodec extends SuperBlockCodec {
  private static final int BLOCK = 16;
  private static final int BLOCKS = SIZE / BLOCK;
  private static final int BYTES = 110;
  private static final int LOW_BITS = 32;
  private static final int SCALES = 96;
  private static final int D = 108;

  Q3KCodec() {
    super(BYTES);
  }

  @Override
  Search search(int count) {
    return new Q3KSearch(count);
  }

  /** Bytes 0 to 7 hold lower halves of scales, bytes 8 to 11 upper two bits. */
  private static void packScales(byte[] scales, byte[] out, int at) {
    for (int b = 0; b < 8; b++) out[at + b] = (byte) (scales[b] & 0xF | scales[b + 8] << 4);
    for (int b = 0; b < 4; b++) {
      int high = scales[b] >> 4 | scales[b + 4] >> 4 << 2;
      out[at + 8 + b] = (byte) (high | scales[b + 8] >> 4 << 4 | scales[b + 12] >> 4 << 6);
    }
  }

  private static int scale(byte[] block, int at, int b) {
    int low = block[at + b % 8] >> b / 8 * 4 & 0xF;
    return (low | (block[at + 8 + b % 4] >> b / 4 * 2 & 3) << 4) - 32;
  }

  private static void packCodes(byte[] codes, int from, byte[] out, int at) {
    for (int j = 0; j < 32; j += Long.BYTES) {
      long high = 0;
      for (int i = 0; i < 8; i++)
        high |= (BlockBytes.eight(codes, from + 32 * i + j) >>> 2 & BlockBytes.EACH) << i;
      BlockBytes.putEight(out, at + j, high);
    }
    TwoBits.pack(codes, from, out, at + LOW_BITS);
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    float d = BlockBytes.half(block, at + D);
    byte[] codes = new byte[SIZE];
    TwoBits.unpack(block, at + LOW_BITS, codes);
    for (int i = 0; i < SIZE; i++) {
      int high = block[at + i % 32] >> i / 32 & 1;
      float scale = d * scale(block, at + SCALES, i / BLOCK);
      out[to + i] = scale * (codes[i] + 4 * high - 4);
    }
  }

  private static final class Q3KSearch implements Search {
    private final float[] weights;
    private final float[] scales;
    private final float[] inverses;
    private final float[] sums;
    private final float[] d;
    private final float[] dInverses;
    private final byte[] codes;
    private final byte[] scaleCodes = new byte[BLOCKS];
    private final float[] noMinima;

    /** Scales as integers times their unit. */
    private final float[] rounded;

    Q3KSearch(int count) {
      weights = new float[count * SIZE];
      scales = new float[count * BLOCKS];
      inverses = new float[count * BLOCKS];
      sums = new float[count * BLOCKS];
      d = new float[count];
      dInverses = new float[count];
      codes = new byte[count * SIZE];
      noMinima = new float[count * BLOCKS];
      rounded = new float[count * BLOCKS];
    }

    @Override
    public void quantize(
        float[] x,
        int from,
        int count,
        float @Nullable [] importance,
        int column,
        byte[] out,
        int at) {
      if (importance == null) {
        ScaleFits.refined(x, from, count * BLOCKS, BLOCK, 4, scales);
      } else {
        searchWeighted(x, from, count, importance, column);
      }
      for (int s = 0; s < count; s++) storeScales(s, importance == null, out, at + s * BYTES);
      // Where the integer scale is 0 any codes do; these are what the search left.
      for (int b = 0; b < count * BLOCKS; b++) {
        int i = b * BLOCK;
        if (rounded[b] != 0) continue;
        if (importance == null) ScaleFits.refinedCodes(x, from + i, BLOCK, 4, codes, i);
        else ScaleFits.symmetricCodes(x, from + i, BLOCK, 4, inverses[b], codes, i);
      }
      ScaleFits.codes(x, from, count * BLOCKS, BLOCK, rounded, noMinima, -4, 3, codes, 0);
      for (int s = 0; s < count; s++) packCodes(codes, s * SIZE, out, at + s * BYTES);
    }

    private void storeScales(int s, boolean plain, byte[] out, int at) {
      if (plain) roundScales(s);
      else ScaleFits.symmetricCodes(scales, s * BLOCKS, BLOCKS, 32, dInverses[s], scaleCodes, 0);
      packScales(scaleCodes, out, at + SCALES);
      float unit = BlockBytes.putHalf(out, at + D, d[s]);
      for (int b = 0; b < BLOCKS; b++) rounded[s * BLOCKS + b] = unit * scale(out, at + SCALES, b);
    }

    private void searchWeighted(float[] x, int from, int count, float[] importance, int column) {
      Weights.squares(x, from, count * SIZE, weights, 0);
      Weights.sums(weights, count, SIZE, sums);
      for (int s = 0; s < count; s++) {
        int i = s * SIZE;
        float variance = 2 * sums[s] / SIZE;
        Weights.weigh(x, from + i, SIZE, importance, column + i, variance, weights, i);
      }
      int blocks = count * BLOCKS;
      Weights.sums(weights, blocks, BLOCK, sums);
      ScaleFits.symmetric(x, from, blocks, BLOCK, 4, new Given(weights), scales, inverses);
      ScaleFits.symmetric(scales, 0, count, BLOCKS, 32, new Given(sums), d, dInverses);
    }

    /** The scale of greatest magnitude becomes -32. */
    private void roundScales(int s) {
      float max = furthest(scales, s * BLOCKS, BLOCKS);
      float inverse = max != 0 ? -32 / max : 0;
      for (int b = 0; b < BLOCKS; b++) {
        int scale = (byte) CConversions.nearest(inverse * scales[s * BLOCKS + b]);
        scaleCodes[b] = (byte) (max != 0 ? Math.max(-32, Math.min(31, scale)) + 32 : 0);
      }
      d[s] = max != 0 ? 1 / inverse : 0;
    }
  }
}
