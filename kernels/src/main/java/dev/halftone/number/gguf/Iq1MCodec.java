package dev.halftone.number.gguf;

import dev.halftone.kernels.CConversions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * IQ1_M: 16 small blocks of 16 values {@code d * (2 * scale + 1) * (-1, 0 or 1, plus or minus
 * 1/8)}: lower 8 bits of the indices of points of 8 values; 4 bits for each, the upper 3 and
 * whether 1/8 is taken away; four times 16 bits, four scales of 3 bits and 4 bits of {@code d}.
 */
final class Iq1MCodec extends BlockCodec {
  private static final int SIZE = 256;
  private static final int BLOCK = 16;
  private static final int BLOCKS = SIZE / BLOCK;
  private static final int BYTES = 56;
  private static final int HIGH = 32;
  private static final int SCALES = 48;
  private static final float ZERO = 1e-7f;

  Iq1MCodec() {
    super(SIZE, BYTES);
  }

  @Override
  void quantize(float[] x, int from, int to, float @Nullable [] importance, byte[] out, int at) {
    Search search = new Search();
    for (int i = from; i < to; i += SIZE, at += bytes) {
      search.quantize(x, i, importance, i - from, out, at);
    }
  }

  private static int point(byte[] block, int at, int group) {
    int high = block[at + HIGH + group / 2] >> group % 2 * 4 & 7;
    return block[at + group] & 0xFF | high << 8;
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    int half = 0;
    for (int w = 0; w < 4; w++) {
      half |= BlockBytes.unsignedShort(block, at + SCALES + 2 * w) >> 12 << 4 * w;
    }
    float d = Float.float16ToFloat((short) half);
    for (int i = 0; i < SIZE; i++) {
      int b = i / BLOCK;
      int word = BlockBytes.unsignedShort(block, at + SCALES + b / 4 * 2);
      float scale = d * (2 * (word >> b % 4 * 3 & 7) + 1);
      int group = i / 8;
      boolean minus = (block[at + HIGH + group / 2] >> group % 2 * 4 & 8) != 0;
      float shift = minus ? -0.125f : 0.125f;
      int coordinate = Iq1Fit.GRID.coordinate(point(block, at, group), i % 8);
      out[to + i] = scale * (coordinate - 1 + shift);
    }
  }

  private static final class Search {
    private final Iq1Fit fit = new Iq1Fit(BLOCK);
    private final IqHalves halves = new IqHalves(fit);
    private final float[] scales = new float[BLOCKS];

    /** Which halves of each small block take 1/8 away: bit 1 the first, bit 0 the second. */
    private final int[] shifts = new int[BLOCKS];

    void quantize(
        float[] x, int from, float @Nullable [] importance, int column, byte[] out, int at) {
      Arrays.fill(out, at, at + BYTES, (byte) 0);
      float meanSquare = Weights.sumOfSquares(x, from, SIZE) / SIZE;
      float max = 0;
      for (int b = 0; b < BLOCKS; b++) {
        int i = b * BLOCK;
        shifts[b] = 0;
        scales[b] = 0;
        fit.weigh(x, from + i, importance, column + i, meanSquare);
        if (fit.absMax(x, from + i) >= ZERO) fit(x, from + i, b, out, at);
        max = max > scales[b] ? max : scales[b];
      }
      if (max != 0) putScales(x, from, importance, column, meanSquare, max, out, at);
    }

    private void fit(float[] x, int from, int b, byte[] out, int at) {
      if (!halves.search(x, from)) return;
      boolean mirrored = halves.scale < 0;
      fit.split(halves.first, halves.second, mirrored);
      shifts[b] = mirrored ? 3 - halves.shifts : halves.shifts;
      setLevels(b);
      scales[b] = fit.match(x, from, mirrored ? -halves.scale : halves.scale);
      out[at + 2 * b] = (byte) fit.points[0];
      out[at + 2 * b + 1] = (byte) fit.points[1];
      out[at + HIGH + b] = (byte) (fit.points[0] >> 8 | fit.points[1] >> 8 << 4);
    }

    private void setLevels(int b) {
      fit.levels[0] = (shifts[b] & 2) != 0 ? Iq1Fit.MINUS : Iq1Fit.PLUS;
      fit.levels[1] = (shifts[b] & 1) != 0 ? Iq1Fit.MINUS : Iq1Fit.PLUS;
    }

    /** Rounds the scales and solves the least squares of the whole for {@code d}. */
    private void putScales(
        float[] x,
        int from,
        float @Nullable [] importance,
        int column,
        float meanSquare,
        float max,
        byte[] out,
        int at) {
      float d = max / 15;
      float inverse = 1 / d;
      float sumQX = 0;
      float sumQ2 = 0;
      for (int b = 0; b < BLOCKS; b++) {
        int nearest = CConversions.nearest(0.5f * (inverse * scales[b] - 1));
        int scale = Math.max(0, Math.min(7, nearest));
        int word = at + SCALES + b / 4 * 2;
        int words = BlockBytes.unsignedShort(out, word) | scale << b % 4 * 3;
        BlockBytes.putShort(out, word, words);
        out[at + HIGH + b] |= (byte) ((shifts[b] >> 1) << 3 | (shifts[b] & 1) << 7);
        int first = b * BLOCK;
        fit.weigh(x, from + first, importance, column + first, meanSquare);
        setLevels(b);
        for (int i = 0; i < BLOCK; i++) {
          int index = point(out, at, 2 * b + i / 8);
          float level = fit.levels[i / 8][Iq1Fit.GRID.coordinate(index, i % 8)] * (2 * scale + 1);
          sumQX += fit.weights[i] * level * x[from + first + i];
          sumQ2 += fit.weights[i] * level * level;
        }
      }
      if (sumQ2 > 0) d = sumQX / sumQ2;
      int half = Float.floatToFloat16(d * 1.1125f);
      for (int w = 0; w < 4; w++) {
        int word = at + SCALES + 2 * w;
        int bits = BlockBytes.unsignedShort(out, word) | (half >> 4 * w & 0xF) << 12;
        BlockBytes.putShort(out, word, bits);
      }
    }
  }
}
