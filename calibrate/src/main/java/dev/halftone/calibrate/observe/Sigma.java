package dev.halftone.calibrate.observe;

import dev.halftone.scheme.Range;

/**
 * The mean plus and minus some standard deviations, outliers left out of both: what lies further
 * than {@value #OUTLIER} deviations from the mean is dropped and both are taken anew, until nothing
 * more drops or more than {@value #OUTLIERS} of the elements would. Without that bound a tensor
 * that is nearly all small would lose its large elements round by round, though they are its
 * signal.
 *
 * <p>Exact zeros are left out, and an element is taken to lie in the middle of its bin. The result
 * reaches half a bin further, is widened to contain 0 and cut at the extremes seen; zeros alone
 * give 0 alone.
 *
 * @param deviations over 0 and finite
 */
public record Sigma(double deviations) implements RangeChooser {
  private static final double OUTLIER = 6;

  /** Share of elements that may be outliers. */
  private static final double OUTLIERS = 0.01;

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
    if (spread.count() == 0) return Range.ZERO;
    double reach = deviations * spread.deviation() + 0.5;
    double low = Math.max((spread.mean() - reach) * histogram.width(), statistics.values().min());
    double high = Math.min((spread.mean() + reach) * histogram.width(), statistics.values().max());
    return new Range((float) Math.min(low, 0), (float) Math.max(high, 0));
  }

  private static Spread withoutOutliers(Histogram histogram) {
    int from = histogram.first();
    int to = histogram.end();
    Spread spread = Spread.of(histogram, from, to);
    double fewest = spread.count() * (1 - OUTLIERS);
    while (true) {
      double reach = OUTLIER * spread.deviation() + 0.5;
      int first = Math.max(from, (int) Math.floor(spread.mean() - reach));
      int end = Math.min(to, (int) Math.ceil(spread.mean() + reach));
      if (first == from && end == to) return spread;
      Spread narrower = Spread.of(histogram, first, end);
      if (narrower.count() < fewest) return spread;
      spread = narrower;
      from = first;
      to = end;
    }
  }

  /** Number, mean and standard deviation of elements, the latter two in widths of a bin. */
  private record Spread(double count, double mean, double deviation) {
    static Spread of(Histogram histogram, int from, int to) {
      double count = 0;
      double sum = 0;
      for (int bin = from; bin < to; bin++) {
        count += histogram.countWithoutZeros(bin);
        sum += histogram.countWithoutZeros(bin) * (bin + 0.5);
      }
      if (count == 0) return new Spread(0, 0, 0);
      double mean = sum / count;
      double squares = 0;
      for (int bin = from; bin < to; bin++)
        squares += histogram.countWithoutZeros(bin) * Math.pow(bin + 0.5 - mean, 2);
      return new Spread(count, mean, Math.sqrt(squares / count));
    }
  }
}
