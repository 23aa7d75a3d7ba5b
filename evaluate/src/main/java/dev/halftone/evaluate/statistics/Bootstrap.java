package dev.halftone.evaluate.statistics;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * Intervals of what no formula gives one for: the percentile bootstrap (Efron and Tibshirani, An
 * Introduction to the Bootstrap, 1993, chapter 13). As many cases as there are are drawn with
 * replacement, 1000 times from one fixed seed, so that equal cases give equal intervals, and all
 * statistics of as many cases see the same draws. With few cases the interval is too narrow.
 */
public final class Bootstrap {
  private static final int RESAMPLES = 1000;
  private static final long SEED = 1;

  private Bootstrap() {}

  /**
   * The statistic's 26th smallest and 26th largest values of 1000: 2.5 % lie beyond each end. Draws
   * for which it is NaN are left out, and 2.5 % of the rest lie beyond; both ends are NaN when none
   * is left.
   *
   * @param cases how many there are to draw from, at least 1
   * @param statistic of how often each case was drawn; must not keep or change the array
   * @throws IllegalArgumentException if there are no cases
   */
  public static Interval interval(int cases, ToDoubleFunction<int[]> statistic) {
    if (cases < 1) throw new IllegalArgumentException("no cases to draw from");
    Random random = new Random(SEED);
    double[] values = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) values[i] = statistic.applyAsDouble(draw(cases, random));
    double[] sorted =
        Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
    if (sorted.length == 0) return new Interval(Double.NaN, Double.NaN);
    int beyond = sorted.length / 40;
    return new Interval(sorted[beyond], sorted[sorted.length - 1 - beyond]);
  }

  private static int[] draw(int cases, Random random) {
    int[] times = new int[cases];
    for (int i = 0; i < cases; i++) times[random.nextInt(cases)]++;
    return times;
  }
}
