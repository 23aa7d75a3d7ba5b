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

  /** Sum in order. */
  static float sum(float[] x, int from, int count) {
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
