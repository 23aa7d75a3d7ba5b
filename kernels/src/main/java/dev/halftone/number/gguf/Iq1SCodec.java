package dev.halftone.number.gguf;

import dev.halftone.kernels.CConversions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * IQ1_S: 8 small blocks of 32 values {@code d * (2 * scale + 1) * (-1, 0 or 1, plus or minus 1/8)}:
 * {@code d} in half precision; lower 8 bits of the indices of points of 8 values; for each small
 * block 16 bits, upper 3 bits of 4 indices, 3 bits of scale, and whether 1/8 is taken away.
 */
final class Iq1SCodec extends BlockCodec {
  private static final int SIZE = 256;
  private static final int BLOCK = 32;
  private static final int BLOCKS = SIZE / BLOCK;
  private static final int HIGH = 34;
  private static final float ZERO = 1e-12f;

  Iq1SCodec() {
    super(SIZE, 50);
  }

  @Override
  void quantize(float[] x, int from, int to, float @Nullable [] importance, byte[] out, int at) {
    Search search = new Search();
    for (int i = from; i < to; i += SIZE, at += bytes) {
      search.quantize(x, i, importance, i - from, out, at);
    }
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    float d = BlockBytes.half(block, at);
    for (int b = 0; b < BLOCKS; b++) {
      int high = BlockBytes.unsignedShort(block, at + HIGH + 2 * b);
      float scale = d * (2 * (high >> 12 & 7) + 1);
      float shift = (high & 0x8000) != 0 ? -0.125f : 0.125f;
      for (int i = 0; i < BLOCK; i++) {
        int low = block[at + 2 + b * 4 + i / 8] & 0xFF;
        int index = low | (high >> i / 8 * 3 & 7) << 8;
        out[to + b * BLOCK + i] = scale * (Iq1Fit.GRID.coordinate(index, i % 8) - 1 + shift);
      }
    }
  }

  private static final class Search {
    private final Iq1Fit fit = new Iq1Fit(BLOCK);
    private final float[] sumX = new float[BLOCK + 1];
    private final float[] sumW = new float[BLOCK + 1];
    private final float[] scales = new float[BLOCKS];
    private final boolean[] minus = new boolean[BLOCKS];
    private float bestScore;
    private float bestScale;
    private int first;
    private int second;
    private boolean bestMinus;

    void quantize(
        float[] x, int from, float @Nullable [] importance, int column, byte[] out, int at) {
      Arrays.fill(out, at, at + 50, (byte) 0);
      float meanSquare = Weights.sumOfSquares(x, from, SIZE) / SIZE;
      float max = 0;
      for (int b = 0; b < BLOCKS; b++) {
        int i = b * BLOCK;
        minus[b] = false;
        scales[b] = 0;
        fit.weigh(x, from + i, importance, column + i, meanSquare);
        if (fit.absMax(x, from + i) >= ZERO) fit(x, from + i, b, out, at);
        max = max > scales[b] ? max : scales[b];
      }
      if (max != 0) putScales(max, out, at);
    }

    private void fit(float[] x, int from, int b, byte[] out, int at) {
      fit.sort(x, from);
      for (int j = 0; j < BLOCK; j++) {
        int i = fit.order[j];
        sumX[j + 1] = sumX[j] + fit.weights[i] * x[from + i];
        sumW[j + 1] = sumW[j] + fit.weights[i];
      }
      bestScore = -Float.MAX_VALUE;
      first = -1;
      for (int i = 0; i <= BLOCK; i++) {
        for (int j = i; j <= BLOCK; j++) {
          score(i, j, Iq1Fit.PLUS, false);
          score(i, j, Iq1Fit.MINUS, true);
        }
      }
      if (first < 0) return;
      boolean mirrored = bestScale < 0;
      fit.split(first, second, mirrored);
      minus[b] = bestMinus ^ mirrored;
      Arrays.fill(fit.levels, minus[b] ? Iq1Fit.MINUS : Iq1Fit.PLUS);
      scales[b] = fit.match(x, from, mirrored ? -bestScale : bestScale);
      int high = 0;
      for (int g = 0; g < 4; g++) {
        out[at + 2 + 4 * b + g] = (byte) fit.points[g];
        high |= fit.points[g] >> 8 << 3 * g;
      }
      BlockBytes.putShort(out, at + HIGH + 2 * b, high);
    }

    private void score(int i, int j, float[] levels, boolean isMinus) {
      float low = levels[0];
      float middle = levels[1];
      float high = levels[2];
      float sumQX =
          (sumX[i] - sumX[0]) * low + (sumX[j] - sumX[i]) * middle + (sumX[BLOCK] - sumX[j]) * high;
      float sumQ2 =
          (sumW[i] - sumW[0]) * low * low
              + (sumW[j] - sumW[i]) * middle * middle
              + (sumW[BLOCK] - sumW[j]) * high * high;
      if (sumQ2 > 0 && sumQX * sumQX > bestScore * sumQ2) {
        bestScale = sumQX / sumQ2;
        bestScore = bestScale * sumQX;
        first = i;
        second = j;
        bestMinus = isMinus;
      }
    }

    private void putScales(float max, byte[] out, int at) {
      float d = max / 15;
      float inverse = 1 / d;
      BlockBytes.putHalf(out, at, d * 1.125f);
      for (int b = 0; b < BLOCKS; b++) {
        int code = CConversions.nearest(0.5f * (inverse * scales[b] - 1));
        int high = Math.max(0, Math.min(7, code)) | (minus[b] ? 8 : 0);
        int word = at + HIGH + 2 * b;
        BlockBytes.putShort(out, word, BlockBytes.unsignedShort(out, word) | high << 12);
      }
    }
  }
}
