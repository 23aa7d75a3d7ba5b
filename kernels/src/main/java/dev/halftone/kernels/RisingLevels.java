package dev.halftone.kernels;

import java.util.Arrays;

/**
 * Rising levels and which of them is nearest: code {@code c} stands for {@code level(c)}. A value
 * in the middle of two goes to the upper one. "Nearest" is judged by the distances rounded to
 * floats, {@code value - level} and {@code level - value}.
 */
public final class RisingLevels {
  private final float[] levels;

  /**
   * Least float that goes to the next level, by code: the distances are monotone in the value, so
   * there is one.
   */
  private final float[] thresholds;

  /** The thresholds, and then infinity up to a power of two. */
  private final float[] padded;

  /** Half that power, where the search begins. */
  private final int steps;

  /**
   * Levels in rising order.
   *
   * @throws IllegalArgumentException unless there are at least two, each above the one before
   */
  public RisingLevels(float... levels) {
    this.levels = levels.clone();
    if (levels.length < 2) throw new IllegalArgumentException(levels.length + " levels");
    thresholds = new float[levels.length - 1];
    for (int i = 0; i < thresholds.length; i++) {
      if (!(levels[i] < levels[i + 1]))
        throw new IllegalArgumentException(levels[i] + " before " + levels[i + 1]);
      thresholds[i] = threshold(levels[i], levels[i + 1]);
    }
    steps = Integer.highestOneBit(thresholds.length);
    padded = Arrays.copyOf(thresholds, 2 * steps);
    Arrays.fill(padded, thresholds.length, padded.length, Float.POSITIVE_INFINITY);
  }

  private static float threshold(float low, float high) {
    float first = low + (high - low) / 2;
    while (!(first - low < high - first)) first = Math.nextDown(first);
    while (first - low < high - first) first = Math.nextUp(first);
    return first;
  }

  /** How many levels there are. */
  public int count() {
    return levels.length;
  }

  /** The level of {@code code}. */
  public float level(int code) {
    return levels[code];
  }

  float threshold(int code) {
    return thresholds[code];
  }

  /** Code of the level nearest to {@code value}; NaN goes to the last. */
  public int nearest(float value) {
    int low = 0;
    for (int step = steps; step > 0; step >>= 1) {
      low += !(value < padded[low + step - 1]) ? step : 0;
    }
    return Math.min(low, thresholds.length);
  }
}
