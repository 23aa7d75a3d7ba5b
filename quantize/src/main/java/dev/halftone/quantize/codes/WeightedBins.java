package dev.halftone.quantize.codes;

import java.util.Arrays;

/**
 * Weighted numbers, summed in {@value #BINS} bins of equal width, and the levels that fit them.
 *
 * <p>Bins cover the integers of as many bits, {@code [-2^(bits - 1), 2^(bits - 1))}; what lies
 * beyond is in the first or the last. Their width is a power of two, so halves of integers lie
 * between bins.
 */
final class WeightedBins {
  static final int BINS = 1 << 14;
  static final int STEPS = 200;

  /** No level moves by less, so that levels that fit already stay what they are to the bit. */
  static final double STILL = 1e-6;

  private final float perUnit;
  private final double[] weights = new double[BINS];
  private final double[] sums = new double[BINS];
  private boolean zeros;

  /**
   * @param bits 2 to 8
   */
  WeightedBins(int bits) {
    this.perUnit = (float) BINS / (1 << bits);
  }

  /** Adds {@code value / scale} with weight {@code scale^2 importance}. */
  void add(float value, float scale, float importance) {
    int bin = Math.clamp((int) Math.floor(value / scale * perUnit), -BINS / 2, BINS / 2 - 1);
    double factor = (double) scale * importance;
    weights[bin + BINS / 2] += factor * scale;
    sums[bin + BINS / 2] += factor * value;
    zeros |= value == 0;
  }

  /** Adds what was added to others. */
  void add(WeightedBins other) {
    for (int i = 0; i < BINS; i++) weights[i] += other.weights[i];
    for (int i = 0; i < BINS; i++) sums[i] += other.sums[i];
    zeros |= other.zeros;
  }

  /**
   * Levels of a weighted sum of squared errors that is least nearby: Lloyd, "Least squares
   * quantization in PCM", 1982, method I. Each step gives every bin to the level nearest to its
   * mean and moves every level to the mean of its bins; a level without any stays. Ends when none
   * moves or after {@value #STEPS} steps.
   *
   * <p>No step makes the sum larger, since the mean is what fits the numbers of a level best. With
   * integers as first levels the first step parts the numbers as rounding would, so the result is
   * no worse than the integers were; coding single numbers in place of bins can only better it.
   *
   * <p>Where a number is exactly 0, the level that starts there stays: what was pruned is 0 still.
   * Neither does that make the sum larger.
   *
   * @param levels to start from, ascending
   */
  float[] fit(float... levels) {
    Bins bins = occupied();
    double[] fitted = new double[levels.length];
    for (int i = 0; i < levels.length; i++) fitted[i] = levels[i];
    int pinned = zeros ? Arrays.binarySearch(levels, 0) : -1;
    for (int step = 0; step < STEPS; step++) if (!bins.move(fitted, pinned)) break;
    float[] rounded = new float[levels.length];
    for (int i = 0; i < levels.length; i++) rounded[i] = (float) fitted[i];
    return rounded;
  }

  private Bins occupied() {
    double[] means = new double[BINS];
    double[] weight = new double[BINS + 1];
    double[] sum = new double[BINS + 1];
    int count = 0;
    for (int i = 0; i < BINS; i++) {
      if (!(weights[i] > 0)) continue;
      means[count] = sums[i] / weights[i];
      weight[count + 1] = weight[count] + weights[i];
      sum[count + 1] = sum[count] + sums[i];
      count++;
    }
    return new Bins(Arrays.copyOf(means, count), weight, sum);
  }

  /**
   * Bins that hold something.
   *
   * @param means ascending
   * @param weight of all bins before each
   * @param sum likewise
   */
  private record Bins(double[] means, double[] weight, double[] sum) {
    /**
     * One step; false if no level moved.
     *
     * @param pinned index of a level that does not move; negative for none
     */
    boolean move(double[] levels, int pinned) {
      boolean moved = false;
      int from = 0;
      for (int i = 0; i < levels.length; i++) {
        boolean last = i == levels.length - 1;
        int to = last ? means.length : above((levels[i] + levels[i + 1]) / 2, from);
        double mean = to > from ? mean(from, to) : levels[i];
        if (i != pinned && Math.abs(mean - levels[i]) > STILL) {
          levels[i] = mean;
          moved = true;
        }
        from = to;
      }
      return moved;
    }

    /** Kept among the bins, whatever the difference of large sums has lost. */
    private double mean(int from, int to) {
      double weighed = weight[to] - weight[from];
      if (!(weighed > 0)) return means[from];
      return Math.clamp((sum[to] - sum[from]) / weighed, means[from], means[to - 1]);
    }

    /** The first bin from {@code from} on whose mean is above a bound. */
    private int above(double bound, int from) {
      int found = Arrays.binarySearch(means, from, means.length, Math.nextUp(bound));
      return found < 0 ? -found - 1 : found;
    }
  }
}
