package dev.halftone.bench.digits;

/**
 * Products of matrices in rows, written so that the compiler turns the inner loop into vector
 * instructions.
 */
final class Matrix {
  private Matrix() {}

  /** A matrix that is a part of an array: rows one after the other from {@code from}. */
  static final class Part {
    private final float[] values;
    private final int from;

    Part(float[] values, int from) {
      this.values = values;
      this.from = from;
    }
  }

  /** {@code c += a · b} with a of {@code m × k}, b of {@code k × n}, c of {@code m × n}. */
  static void addProduct(Part a, Part b, Part c, int m, int k, int n) {
    for (int row = 0; row < m; row++) {
      int rowOfA = a.from + row * k;
      int rowOfC = c.from + row * n;
      int i = 0;
      for (; i + 4 <= k; i += 4) {
        addFourRows(a.values, rowOfA + i, b.values, b.from + i * n, c.values, rowOfC, n);
      }
      for (; i < k; i++)
        addRow(a.values[rowOfA + i], b.values, b.from + i * n, c.values, rowOfC, n);
    }
  }

  private static void addFourRows(
      float[] a, int atA, float[] b, int atB, float[] c, int atC, int n) {
    float a0 = a[atA];
    float a1 = a[atA + 1];
    float a2 = a[atA + 2];
    float a3 = a[atA + 3];
    int b1 = atB + n;
    int b2 = b1 + n;
    int b3 = b2 + n;
    for (int j = 0; j < n; j++) {
      c[atC + j] += a0 * b[atB + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j];
    }
  }

  private static void addRow(float scale, float[] b, int atB, float[] c, int atC, int n) {
    for (int j = 0; j < n; j++) c[atC + j] += scale * b[atB + j];
  }

  /** The {@code n × m} transpose of an {@code m × n} matrix. */
  static float[] transpose(Part a, int m, int n) {
    float[] out = new float[m * n];
    for (int row = 0; row < m; row++) {
      for (int column = 0; column < n; column++)
        out[column * m + row] = a.values[a.from + row * n + column];
    }
    return out;
  }
}
