package dev.halftone.number.gguf;

/**
 * The best split of an IQ1_M block into -1, 0 and 1, where each half has its own shift of 1/8. Sums
 * over the sorted values are kept for each half; of a split they give {@code Σ w q x} as {@code
 * total * q(2) - sum(first) - sum(second)}, since the levels are one apart.
 */
final class IqHalves {
  private static final int SIZE = 16;

  private final Iq1Fit fit;
  private final float[][] sumX = new float[2][SIZE + 1];
  private final float[][] sumW = new float[2][SIZE + 1];
  private final float[] sumQX = new float[4];
  private final float[] sumQ2 = new float[4];
  private float bestScore;

  /** The best scale, which may be negative. */
  float scale;

  /** Where in order code 1 begins. */
  int first;

  /** Where in order code 2 begins. */
  int second;

  /** Which halves take 1/8 away: bit 1 the first, bit 0 the second. */
  int shifts;

  IqHalves(Iq1Fit fit) {
    this.fit = fit;
  }

  /** Whether there is a split that explains anything. */
  boolean search(float[] x, int from) {
    fit.sort(x, from);
    for (int j = 0; j < SIZE; j++) {
      int i = fit.order[j];
      int half = i / 8;
      sumX[half][j + 1] = sumX[half][j] + fit.weights[i] * x[from + i];
      sumX[1 - half][j + 1] = sumX[1 - half][j];
      sumW[half][j + 1] = sumW[half][j] + fit.weights[i];
      sumW[1 - half][j + 1] = sumW[1 - half][j];
    }
    bestScore = -Float.MAX_VALUE;
    first = -1;
    for (int i = 0; i <= SIZE; i++) {
      for (int j = i; j <= SIZE; j++) score(i, j);
    }
    return first >= 0;
  }

  private void score(int i, int j) {
    float plusX0 = sumQX(0, i, j, Iq1Fit.PLUS);
    float plusX1 = sumQX(1, i, j, Iq1Fit.PLUS);
    float minusX0 = sumQX(0, i, j, Iq1Fit.MINUS);
    float minusX1 = sumQX(1, i, j, Iq1Fit.MINUS);
    float plus0 = sumQ2(0, i, j, Iq1Fit.PLUS);
    float plus1 = sumQ2(1, i, j, Iq1Fit.PLUS);
    float minus0 = sumQ2(0, i, j, Iq1Fit.MINUS);
    float minus1 = sumQ2(1, i, j, Iq1Fit.MINUS);
    sumQX[0] = plusX0 + plusX1;
    sumQX[1] = plusX0 + minusX1;
    sumQX[2] = minusX0 + plusX1;
    sumQX[3] = minusX0 + minusX1;
    sumQ2[0] = plus0 + plus1;
    sumQ2[1] = plus0 + minus1;
    sumQ2[2] = minus0 + plus1;
    sumQ2[3] = minus0 + minus1;
    for (int k = 0; k < 4; k++) {
      if (sumQ2[k] > 0 && sumQX[k] * sumQX[k] > bestScore * sumQ2[k]) {
        scale = sumQX[k] / sumQ2[k];
        bestScore = scale * sumQX[k];
        first = i;
        second = j;
        shifts = k;
      }
    }
  }

  private float sumQX(int half, int i, int j, float[] levels) {
    return sumX[half][SIZE] * levels[2] - (sumX[half][i] + sumX[half][j]);
  }

  private float sumQ2(int half, int i, int j, float[] levels) {
    float low = levels[0] * levels[0] - levels[1] * levels[1];
    float high = levels[1] * levels[1] - levels[2] * levels[2];
    return sumW[half][SIZE] * levels[2] * levels[2] + sumW[half][i] * low + sumW[half][j] * high;
  }
}
