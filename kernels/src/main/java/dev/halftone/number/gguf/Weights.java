package dev.halftone.number.gguf;

/** How much an error at each value counts. */
final class Weights {
  private Weights() {}

  /** Sum of squares, added up in order. */
  static float sumOfSquares(float[] x, int from, int count) {
    float sum = 0;
    for (int i = from; i < from + count; i++) sum += x[i] * x[i];
    return sum;
  }

  /**
   * The sum of each of {@code count} blocks from {@code x[0]} on, added up in order. Each addition
   * waits for the one before it, so that four blocks take turns.
   */
  static void sums(float[] x, int count, int size, float[] sums) {
    int together = count - count % 4;
    for (int b = 0; b < together; b += 4) {
      int first = b * size;
      float sum0 = 0;
      float sum1 = 0;
      float sum2 = 0;
      float sum3 = 0;
      for (int i = first; i < first + size; i++) {
        sum0 += x[i];
        sum1 += x[i + size];
        sum2 += x[i + 2 * size];
        sum3 += x[i + 3 * size];
      }
      sums[b] = sum0;
      sums[b + 1] = sum1;
      sums[b + 2] = sum2;
      sums[b + 3] = sum3;
    }
    for (int b = together; b < count; b++) sums[b] = sum(x, b * size, size);
  }

  private static float sum(float[] x, int from, int count) {
    float sum = 0;
    for (int i = from; i < from + count; i++) sum += x[i];
    return sum;
  }

  /**
   * {@code importance * sqrt(variance + x²)}: what matters by its column, large values more than
   * small ones.
   */
  static void weigh(
      float[] x,
      int from,
      int count,
      float[] importance,
      int column,
      float variance,
      float[] weights,
      int at) {
    for (int i = 0; i < count; i++) {
      float value = x[from + i];
      weights[at + i] = importance[column + i] * (float) Math.sqrt(variance + value * value);
    }
  }

  /** {@code x²}. */
  static void squares(float[] x, int from, int count, float[] weights, int at) {
    for (int i = 0; i < count; i++) weights[at + i] = x[from + i] * x[from + i];
  }
}
