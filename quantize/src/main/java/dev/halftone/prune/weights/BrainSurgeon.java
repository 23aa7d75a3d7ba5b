package dev.halftone.prune.weights;

import java.util.BitSet;

/**
 * Takes columns of a matrix away one after the other and changes those that are left so that the
 * product with the inputs changes least: SparseGPT (Frantar and Alistarh 2023, arXiv:2301.00774,
 * algorithm 1). With the sum {@code H} of {@code x x^T} over inputs, of which 1 % of the mean of
 * its diagonal is added to the diagonal, and {@code H^-1 = U^T U}, U upper triangular, a weight
 * {@code w_j} of a row is worth
 *
 * <pre>
 * (w_j / U_jj)^2
 * </pre>
 *
 * and when it goes, {@code w_k -= w_j / U_jj * U_jk} for all k behind it.
 */
final class BrainSurgeon {
  /** Share of the mean of the diagonal that is added to it, as in the authors' program. */
  private static final double DAMPING = 0.01;

  private final double[] root;
  private final int columns;
  private final boolean[] silent;

  /**
   * Takes the inputs apart, in place.
   *
   * @param products {@code H} by rows; only what is on the diagonal and right of it is read
   */
  BrainSurgeon(double[] products, int columns) {
    this.columns = columns;
    this.silent = new boolean[columns];
    double trace = 0;
    for (int i = 0; i < columns; i++) trace += products[i * columns + i];
    double damping = DAMPING * trace / columns;
    for (int i = 0; i < columns; i++) {
      silent[i] = products[i * columns + i] == 0;
      products[i * columns + i] = silent[i] ? 1 : products[i * columns + i] + damping;
    }
    factor(products, columns);
    this.root = inverse(products, columns);
  }

  /** {@code H = R R^T} with R upper triangular, in place. */
  private static void factor(double[] h, int n) {
    for (int j = n - 1; j >= 0; j--) {
      double pivot = Math.sqrt(h[j * n + j] - dot(h, j, j, j + 1, n));
      h[j * n + j] = pivot;
      for (int i = 0; i < j; i++) h[i * n + j] = (h[i * n + j] - dot(h, i, j, j + 1, n)) / pivot;
    }
  }

  private static double dot(double[] h, int row, int other, int from, int n) {
    double sum = 0;
    for (int k = from; k < n; k++) sum += h[row * n + k] * h[other * n + k];
    return sum;
  }

  /** {@code U = R^-1}: {@code H^-1 = R^-T R^-1}. */
  private static double[] inverse(double[] r, int n) {
    double[] u = new double[n * n];
    for (int i = n - 1; i >= 0; i--) {
      u[i * n + i] = 1;
      for (int k = i + 1; k < n; k++) {
        double factor = r[i * n + k];
        if (factor == 0) continue;
        for (int j = k; j < n; j++) u[i * n + j] -= factor * u[k * n + j];
      }
      double pivot = r[i * n + i];
      for (int j = i; j < n; j++) u[i * n + j] /= pivot;
    }
    return u;
  }

  /**
   * Which of the next columns go.
   *
   * <p>Weights are ranked block of columns by block, as those before have left them.
   */
  sealed interface Quota {
    /** Columns whose weights are ranked together. */
    int block();

    /** All but {@code kept} of each {@code block} neighbours of a row. */
    record EachRow(int kept, int block) implements Quota {}

    /** So many of all elements, evenly over the blocks, wherever they lie in one. */
    record Anywhere(long zeros, int block) implements Quota {}
  }

  /**
   * Makes elements zero and changes the others.
   *
   * @param weights by rows, changed
   * @return which have become zero
   */
  BitSet prune(double[] weights, Quota quota) {
    int rows = weights.length / columns;
    BitSet zeros = new BitSet(weights.length);
    for (int from = 0; from < columns; from += quota.block()) {
      int to = Math.min(columns, from + quota.block());
      choose(weights, rows, from, to, quota, zeros);
      for (int row = 0; row < rows; row++) removeChosen(weights, row, from, to, zeros);
    }
    return zeros;
  }

  private void choose(double[] weights, int rows, int from, int to, Quota quota, BitSet zeros) {
    switch (quota) {
      case Quota.EachRow(int kept, int block) -> {
        for (int row = 0; row < rows; row++)
          mark(weights, row, row + 1, from, to, Math.max(0, to - from - kept), zeros);
      }
      case Quota.Anywhere(long all, int block) -> {
        long before = all * from / columns;
        mark(weights, 0, rows, from, to, (int) (all * to / columns - before), zeros);
      }
    }
  }

  private void mark(
      double[] weights, int row, int endRow, int from, int to, int count, BitSet zeros) {
    int width = to - from;
    int[] indices = new int[(endRow - row) * width];
    float[] scores = new float[indices.length];
    for (int i = 0; i < indices.length; i++) {
      int column = from + i % width;
      indices[i] = (row + i / width) * columns + column;
      // What is multiplied with zeros alone is worth nothing.
      double ratio = silent[column] ? 0 : weights[indices[i]] / root[column * columns + column];
      scores[i] = (float) (ratio * ratio);
    }
    LeastWeights.mark(scores, indices, count, zeros);
  }

  private void removeChosen(double[] weights, int row, int from, int to, BitSet zeros) {
    for (int j = from; j < to; j++) {
      int at = row * columns + j;
      if (!zeros.get(at)) continue;
      double error = weights[at] / root[j * columns + j];
      for (int k = j; k < columns; k++) weights[row * columns + k] -= error * root[j * columns + k];
      weights[at] = 0;
    }
  }
}
