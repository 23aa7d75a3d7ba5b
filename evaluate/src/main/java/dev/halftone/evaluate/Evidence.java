package dev.halftone.evaluate;

import dev.halftone.calibrate.observe.Histogram;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.evaluate.Spread.Steps;

/**
 * What was seen of a tensor that tells why it has errors.
 *
 * @param spread of its elements
 * @param peak the largest magnitude over the 99.9th percentile of magnitudes; 0 where that is 0, and
 *     where weights have more than one scale
 * @param beyond share of elements beyond the ends of the levels by more than half a step
 * @param imbalance the widest channel's largest magnitude over the median channel's; 1 where each
 *     has a scale of its own, and of activations
 * @param meanSquare of the reference's elements
 * @param sums how many sums the elements are weights of, 0 for activations
 * @param elements how many there are
 */
record Evidence(
    Spread spread,
    double peak,
    double beyond,
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

  /** Share of the elements that lie more than half a step beyond the ends. */
  static double beyond(Histogram histogram, Steps steps) {
    double low = steps.low() - steps.width() / 2;
    double high = steps.high() + steps.width() / 2;
    long outside = 0;
    for (int bin = histogram.first(); bin < histogram.end(); bin++) {
      double middle = (bin + 0.5) * histogram.width();
      if (middle < low || middle > high) outside += histogram.countWithoutZeros(bin);
    }
    return histogram.total() == 0 ? 0 : (double) outside / histogram.total();
  }
}
