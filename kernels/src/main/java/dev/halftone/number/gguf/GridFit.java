package dev.halftone.number.gguf;

import dev.halftone.kernels.CConversions;
import dev.halftone.kernels.ScaleFits;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The search for the scale, the points and the signs of one small block, with its scratch memory.
 * Each try rounds the magnitudes, brings each group of them onto the grid, to the near point of
 * least weighted error where it is not on it, and solves the weighted least squares for the scale;
 * the one that explains most wins.
 */
final class GridFit {
  private static final int SIGNS = 8;

  private final GridRules rules;
  private final Grid grid;
  private final int size;
  private final int dimensions;
  private final int levels;
  private final float[] weights;
  private final float[] roots;
  private final float[] magnitudes;
  private final byte[] codes;
  private final int[] trial;
  private final boolean[] trialOff;
  private final boolean[] off;
  private float sumQX;
  private float sumQ2;

  /** Whether the last block counted as zeros. */
  boolean empty;

  /** Index of each group's point. */
  final int[] points;

  /** Sign bits of each 8 values, the first lowest. */
  final int[] signs;

  GridFit(GridRules rules) {
    this.rules = rules;
    grid = rules.grid();
    size = rules.size();
    dimensions = grid.dimensions;
    levels = grid.base;
    weights = new float[size];
    roots = new float[size];
    magnitudes = new float[size];
    codes = new byte[size];
    trial = new int[size / dimensions];
    trialOff = new boolean[trial.length];
    off = new boolean[trial.length];
    points = new int[trial.length];
    signs = new int[size / SIGNS];
  }

  /**
   * Finds {@link #points} and {@link #signs} and returns the scale, 0 or above, of {@code x[from,
   * from + size)}.
   *
   * @throws ArithmeticException if values are so large that no point is near
   */
  float fit(float[] x, int from, float @Nullable [] importance, int column, float meanSquare) {
    Arrays.fill(points, 0);
    weigh(x, from, importance, column, meanSquare);
    split(x, from);
    float max = magnitudes[0];
    for (int i = 1; i < size; i++) max = max > magnitudes[i] ? max : magnitudes[i];
    empty = max < rules.zero();
    if (empty) {
      Arrays.fill(signs, 0);
      return 0;
    }
    float scale = search(max);
    if (scale < 0) {
      scale = -scale;
      for (int s = 0; s < signs.length; s++)
        signs[s] = ~signs[s] & (rules.evenSigns() ? 0x7F : 0xFF);
    }
    if (!(scale >= 0)) throw new ArithmeticException("values are too large, no scale fits them");
    return scale;
  }

  private void weigh(
      float[] x, int from, float @Nullable [] importance, int column, float meanSquare) {
    if (importance != null) {
      float variance = rules.variance() * meanSquare;
      Weights.weigh(x, from, size, importance, column, variance, weights, 0);
    } else {
      Weights.squares(x, from, size, weights, 0);
      if (rules.plainVariance() != 0) {
        float variance = rules.plainVariance() * meanSquare;
        for (int i = 0; i < size; i++) weights[i] = variance + weights[i];
      }
    }
    for (int i = 0; i < size; i++) roots[i] = (float) Math.sqrt(weights[i]);
  }

  private void split(float[] x, int from) {
    for (int s = 0; s < signs.length; s++) {
      int first = s * SIGNS;
      int negative = 0;
      for (int i = 0; i < SIGNS; i++) {
        float value = x[from + first + i];
        boolean positive = value >= 0;
        magnitudes[first + i] = positive ? value : -value;
        negative |= positive ? 0 : 1 << i;
      }
      if (rules.evenSigns()) negative = even(x, from, first, negative);
      signs[s] = negative;
    }
  }

  /** Flips the sign that matters least where the number of negatives is odd. */
  private int even(float[] x, int from, int first, int negative) {
    if (Integer.bitCount(negative) % 2 == 0) return negative & 0x7F;
    int flipped = 0;
    float least = Float.NaN;
    for (int i = 0; i < SIGNS; i++) {
      float value = x[from + first + i];
      float loss = weights[first + i] * value * value;
      if (i == 0 || loss < least) {
        least = loss;
        flipped = i;
      }
    }
    magnitudes[first + flipped] = -magnitudes[first + flipped];
    return (negative ^ 1 << flipped) & 0x7F;
  }

  private float search(float max) {
    float scale;
    float reach;
    if (rules.begin() == GridRules.Begin.GREATEST) {
      reach = max;
      scale = max / (2 * levels - 1);
    } else {
      float[] found = new float[1];
      ScaleFits.positive(magnitudes, 0, 1, size, levels + 1, weights, found, codes);
      scale = found[0];
      reach = scale * levels;
      if (reach <= 0) {
        Arrays.fill(signs, 0);
        return 0;
      }
    }
    float best = 0;
    Arrays.fill(off, rules.refine() == GridRules.Refine.ALL_IF_ONE_WAS_OFF_THE_GRID);
    for (int number = -rules.tries(); number <= rules.tries(); number++) {
      float inverse = (2 * levels - 1 + number * rules.step()) / reach;
      float inverted = 1 / inverse;
      for (int g = 0; g < trial.length; g++) trialOff[g] = round(g, inverse, inverted, trial);
      sum(trial);
      if (sumQ2 > 0 && sumQX * sumQX > best * sumQ2) {
        scale = sumQX / sumQ2;
        best = scale * sumQX;
        System.arraycopy(trial, 0, points, 0, trial.length);
        System.arraycopy(trialOff, 0, off, 0, off.length);
      }
    }
    return scale > 0 && isToRefine() ? refine(scale) : scale;
  }

  private boolean isToRefine() {
    if (rules.refine() == GridRules.Refine.ALL) return true;
    for (boolean group : off) if (group) return true;
    return false;
  }

  private float refine(float scale) {
    float inverse = 1 / scale;
    for (int g = 0; g < points.length; g++) {
      if (off[g] || rules.refine() != GridRules.Refine.THOSE_OFF_THE_GRID) {
        round(g, inverse, scale, points);
      }
    }
    sum(points);
    return sumQ2 > 0 ? sumQX / sumQ2 : scale;
  }

  /** Rounds a group, stores the index of its point, and says whether it was off the grid. */
  private boolean round(int group, float inverse, float scale, int[] to) {
    int first = group * dimensions;
    for (int i = first; i < first + dimensions; i++) {
      int code = CConversions.nearest(0.5f * (inverse * magnitudes[i] - 1));
      codes[i] = (byte) Math.max(0, Math.min(levels - 1, code));
    }
    int number = grid.number(codes, first);
    int index = grid.index(number);
    to[group] = index >= 0 ? index : nearest(grid.neighbours(number), first, scale);
    return index < 0;
  }

  private int nearest(short[] neighbours, int first, float scale) {
    float least = Float.MAX_VALUE;
    int nearest = -1;
    for (short index : neighbours) {
      float distance = 0;
      for (int i = 0; i < dimensions; i++) {
        float level = 2 * grid.coordinate(index, i) + 1;
        float difference = scale * level - magnitudes[first + i];
        distance += roots[first + i] * difference * difference;
      }
      if (distance < least) {
        least = distance;
        nearest = index;
      }
    }
    if (nearest < 0) throw new ArithmeticException("values are too large, no point is near them");
    return nearest;
  }

  private void sum(int[] indices) {
    sumQX = 0;
    sumQ2 = 0;
    for (int i = 0; i < size; i++) {
      float level = 2 * grid.coordinate(indices[i / dimensions], i % dimensions) + 1;
      sumQX += weights[i] * magnitudes[i] * level;
      sumQ2 += weights[i] * level * level;
    }
  }
}
