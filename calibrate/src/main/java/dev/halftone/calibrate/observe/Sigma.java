package dev.halftone.calibrate.observe;

import dev.halftone.scheme.Range;

/**
 * The mean plus and minus some standard deviations, outliers left out of both: what lies further
 * than {@value #OUTLIER} deviations from the mean is dropped and both are taken anew, until nothing
 * more drops. An element is taken to lie in the middle of its bin. The result reaches half a bin
 * further, is widened to contain 0 and cut at the extremes seen.
 *
 * @param deviations over 0 and finite
 */
public record Sigma(double deviations) implements RangeChooser {
  private static final double OUTLIER = 6;

  public Sigma {
    if (!(deviations > 0 && deviations < Double.POSITIVE_INFINITY))
      throw new IllegalArgumentException(deviations + " deviations, expected more than 0");
  }

  @Override
  public Request needs() {
    return Request.HISTOGRAM;
  }

  @Override
  public Range choose(Statistics statistics) {
    Histogram histogram = statistics.histogram();
    if (statistics.isEmpty()) return Range.ZERO;
    Spread spread = withoutOutliers(histogram);
    double reach = deviations * spread.deviation() + 0.5;
    double low = Math.max((spread.mean() - reach) * histogram.width(), statistics.values().min());
    double high = Math.min((spread.mean() + reach) * histogram.width(), statistics.values().max());
    return new Range((float) Math.min(low, 0), (float) Math.max(high, 0));
  }

  private static Spread withoutOutliers(Histogram histogram) {
    int from = histogram.first();
    int to = histogram.end();
    while (true) {
      Spread spread = Spread.of(histogram, from, to);
      double reach = OUTLIER * spread.deviation() + 0.5;
      int first = Math.max(from, (int) Math.floor(spread.mean() - reach));
      int end = Math.min(to, (int) Math.ceil(spread.mean() + reach));
      if (first == from && end == to) return spread;
      from = first;
      to = end;
    }
  }

  /** Mean and standard deviation in widths of a bin. */
  private record Spread(double mean, double deviation) {
    static Spread of(Histogram histogram, int from, int to) {
      double count = 0;
      double sum = 0;
      for (int bin = from; bin < to; bin++) {
        count += histogram.count(bin);
        sum += histogram.count(bin) * middle(histogram, bin);
      }
      double mean = sum / count;
      double squares = 0;
      for (int bin = from; bin < to; bin++)
        squares += histogram.count(bin) * Math.pow(middle(histogram, bin) - mean, 2);
      return new Spread(mean, Math.sqrt(squares / count));
    }

    /** Exact zeros are most of what a bin at zero holds where there are any. */
    private static double middle(Histogram histogram, int bin) {
      return bin == 0 && histogram.countWithoutZeros(0) < histogram.count(0) ? 0 : bin + 0.5;
    }
  }
}
