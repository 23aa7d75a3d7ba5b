package dev.halftone.number.gguf;

import org.jspecify.annotations.Nullable;

/**
 * What both IQ1 types do to a small block: its values, sorted, are split into those that become -1,
 * 0 and 1, plus or minus 1/8; groups of 8 of these are brought onto the grid.
 */
final class Iq1Fit {
  static final Grid GRID = Grids.IQ1;
  static final float[] PLUS = {-0.875f, 0.125f, 1.125f};
  static final float[] MINUS = {-1.125f, -0.125f, 0.875f};

  final int size;
  final float[] weights;

  /** Positions of the values in rising order; equal ones stay as they were. */
  final int[] order;

  final byte[] codes;

  /** Index of each group's point. */
  final int[] points;

  /** What the codes of each group stand for. */
  final float[][] levels;

  Iq1Fit(int size) {
    this.size = size;
    weights = new float[size];
    order = new int[size];
    codes = new byte[size];
    points = new int[size / 8];
    levels = new float[size / 8][];
  }

  void weigh(float[] x, int from, float @Nullable [] importance, int column, float meanSquare) {
    if (importance == null) Weights.squares(x, from, size, weights, 0);
    else Weights.weigh(x, from, size, importance, column, 2 * meanSquare, weights, 0);
  }

  float absMax(float[] x, int from) {
    float max = Math.abs(x[from]);
    for (int i = from + 1; i < from + size; i++) max = Math.max(max, Math.abs(x[i]));
    return max;
  }

  void sort(float[] x, int from) {
    for (int i = 0; i < size; i++) {
      int at = i;
      for (; at > 0 && x[from + order[at - 1]] > x[from + i]; at--) order[at] = order[at - 1];
      order[at] = i;
    }
  }

  /** Gives the first values in order code 0, those from {@code first} 1, from {@code second} 2. */
  void split(int first, int second, boolean mirrored) {
    for (int j = 0; j < size; j++) {
      int code = j < first ? 0 : j < second ? 1 : 2;
      codes[order[j]] = (byte) (mirrored ? 2 - code : code);
    }
  }

  /**
   * Brings all groups onto the grid; returns the scale, which the least squares give anew if one
   * was not on it.
   *
   * @throws ArithmeticException if values are so large that no point is near
   */
  float match(float[] x, int from, float scale) {
    boolean allOn = true;
    for (int g = 0; g < points.length; g++) {
      int number = GRID.number(codes, g * 8);
      points[g] = GRID.index(number);
      if (points[g] >= 0) continue;
      allOn = false;
      points[g] = nearest(GRID.neighbours(number), x, from, g, scale);
    }
    if (allOn) return scale;
    float sumQX = 0;
    float sumQ2 = 0;
    for (int i = 0; i < size; i++) {
      float level = levels[i / 8][GRID.coordinate(points[i / 8], i % 8)];
      sumQX += weights[i] * level * x[from + i];
      sumQ2 += weights[i] * level * level;
    }
    return sumQX > 0 && sumQ2 > 0 ? sumQX / sumQ2 : scale;
  }

  private int nearest(short[] neighbours, float[] x, int from, int group, float scale) {
    float least = Float.MAX_VALUE;
    int nearest = -1;
    for (short index : neighbours) {
      float distance = 0;
      for (int i = 0; i < 8; i++) {
        float level = levels[group][GRID.coordinate(index, i)];
        float difference = scale * level - x[from + group * 8 + i];
        distance += weights[group * 8 + i] * difference * difference;
      }
      if (distance < least) {
        least = distance;
        nearest = index;
      }
    }
    if (nearest < 0) throw new ArithmeticException("values are too large, no point is near them");
    return nearest;
  }
}
