package dev.halftone.calibrate.observe;

import dev.halftone.scheme.Range;

/**
 * Cuts an equal share of the elements off both ends: with percentile p, (100 - p) / 200 of them on
 * each side. Within a bin the elements are taken to be spread evenly; the outermost bins end at the
 * extremes that were seen.
 *
 * @param percentile share of elements kept, in percent: above 0, at most 100 (which is min-max)
 */
public record Percentile(double percentile) implements RangeChooser {
  /** Keeps 99.999 % of the elements. */
  public static final Percentile DEFAULT = new Percentile(99.999);

  public Percentile {
    if (!(percentile > 0 && percentile <= 100)) {
      throw new IllegalArgumentException(
          "percentile " + percentile + " is not above 0 and at most 100");
    }
  }

  @Override
  public Request needs() {
    return Request.HISTOGRAM;
  }

  @Override
  public Range choose(Statistics statistics) {
    Histogram histogram = statistics.histogram();
    if (statistics.isEmpty()) return Range.ZERO;
    double cut = (100 - percentile) / 200 * statistics.values().finite();
    float low = quantile(histogram, statistics, cut);
    float high = quantile(histogram, statistics, statistics.values().finite() - cut);
    return new Range(low, Math.max(low, high));
  }

  /** The number that {@code rank} elements lie below. */
  private static float quantile(Histogram histogram, Statistics statistics, double rank) {
    double below = 0;
    for (int bin = histogram.first(); bin < histogram.end(); bin++) {
      long count = histogram.count(bin);
      if (count > 0 && below + count >= rank) {
        double start = Math.max(bin * histogram.width(), statistics.values().min());
        double end = Math.min((bin + 1) * histogram.width(), statistics.values().max());
        return (float) (start + (end - start) * Math.clamp((rank - below) / count, 0, 1));
      }
      below += count;
    }
    return statistics.values().max();
  }
}
