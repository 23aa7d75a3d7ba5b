package dev.halftone.evaluate;

import dev.halftone.calibrate.observe.Histogram;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.evaluate.Spread.Steps;

/**
 * What was seen of a tensor that tells why it has errors.
 *
 * @param spread of its elements
 * @param peak the largest magnitude over the 99.9th percentile of magnitudes; 0 where that is 0,
 *     and where weights have more than one scale
 * @param clipping what lies beyond the ends of the levels
 * @param imbalance the widest channel's largest magnitude over the median channel's; 1 where each
 *     has a scale of its own, and of activations
 * @param meanSquare of the reference's elements
 * @param sums how many sums the elements are weights of, 0 for activations
 * @param elements how many there are
 */
record Evidence(
    Spread spread,
    double peak,
    Clipping clipping,
    double imbalance,
    double meanSquare,
    long sums,
    long elements) {
  private static final double OUTERMOST = 0.001;

  /** The largest magnitude over that which one in a thousand elements is above. */
  static double peak(Statistics statistics) {
    Histogram histogram = statistics.histogram();
    double allowed = OUTERMOST * histogram.total();
    long outside = 0;
    int bin = Math.max(histogram.end() - 1, -histogram.first());
    while (bin > 0) {
      outside += histogram.count(bin) + histogram.count(-bin);
      if (outside > allowed) break;
      bin--;
    }
    return bin <= 0 ? 0 : statistics.values().absMax() / ((bin + 1) * histogram.width());
  }

  /**
   * Elements that lie beyond the ends of the levels by more than half a step.
   *
   * @param share of all elements
   * @param noise {@code Σ(x − end)²/Σx²}: the share of the energy that is lost by moving them there
   */
  record Clipping(double share, double noise) {
    static final Clipping NONE = new Clipping(0, 0);

    /**
     * @param beyond elements
     * @param squares of their distances to the end
     */
    static Clipping of(long beyond, long elements, double squares, double meanSquare) {
      double energy = elements * meanSquare;
      return elements == 0 || energy == 0
          ? NONE
          : new Clipping((double) beyond / elements, squares / energy);
    }

    /** Read off a histogram, of which each element counts as the middle of its bin. */
    static Clipping of(Histogram histogram, Steps steps, double meanSquare) {
      long beyond = 0;
      double squares = 0;
      for (int bin = histogram.first(); bin < histogram.end(); bin++) {
        long count = histogram.countWithoutZeros(bin);
        double past = past((bin + 0.5) * histogram.width(), steps.low(), steps.high());
        if (past <= steps.width() / 2) continue;
        beyond += count;
        squares += count * past * past;
      }
      return of(beyond, histogram.total(), squares, meanSquare);
    }

    /** How far a number lies beyond the nearer end; negative within. */
    static double past(double value, double low, double high) {
      return Math.max(low - value, value - high);
    }
  }
}
