package dev.halftone.calibrate.observe;

import dev.halftone.scheme.Range;

/**
 * E(l, h) of {@link MeanSquaredError} for any two edges of bins in constant time, from running sums
 * over the bins. Exact zeros are left out.
 */
final class ClippingError {
  private final int first;
  private final int end;
  private final double width;
  private final double min;
  private final double max;
  private final int steps;
  private final double[] elements;
  private final double[] sums;
  private final double[] squares;

  ClippingError(Statistics statistics, int steps) {
    Histogram histogram = statistics.histogram();
    this.first = Math.min(histogram.first(), 0);
    this.end = Math.max(histogram.end(), 0);
    this.width = histogram.width();
    this.min = statistics.values().min();
    this.max = statistics.values().max();
    this.steps = steps;
    elements = new double[end - first + 1];
    sums = new double[elements.length];
    squares = new double[elements.length];
    for (int bin = first; bin < end; bin++) {
      double middle = (bin + 0.5) * width;
      double count = histogram.countWithoutZeros(bin);
      int i = bin - first;
      elements[i + 1] = elements[i] + count;
      sums[i + 1] = sums[i] + count * middle;
      squares[i + 1] = squares[i] + count * middle * middle;
    }
  }

  /** Lower edge of the first bin, as a number of bins from 0; not above 0. */
  int first() {
    return first;
  }

  /** Upper edge of the last bin; not below 0. */
  int end() {
    return end;
  }

  /** Bins on the wider side of zero. */
  int widest() {
    return Math.max(-first, end);
  }

  /**
   * The error of clipping at the edges of {@code low} and {@code high} bins from 0, or at the
   * extremes where they lie within.
   */
  double of(int low, int high) {
    double l = Math.max(low * width, Math.min(min, 0));
    double h = Math.min(high * width, Math.max(max, 0));
    return error(low - first, high - first, l, h);
  }

  /** The error of clipping at plus and minus the edge, codes laid over all of that. */
  double symmetric(int bins) {
    return error(
        Math.max(-bins, first) - first, Math.min(bins, end) - first, -bins * width, bins * width);
  }

  private double error(int from, int to, double l, double h) {
    double step = (h - l) / steps;
    double within = elements[to] - elements[from];
    double above = squares[end - first] - squares[to] - 2 * h * (sums[end - first] - sums[to]);
    double below = squares[from] - 2 * l * sums[from];
    return within * step * step / 12
        + above
        + h * h * (elements[end - first] - elements[to])
        + below
        + l * l * elements[from];
  }

  Range range(int low, int high) {
    return new Range(
        (float) Math.max(low * width, Math.min(min, 0)),
        (float) Math.min(high * width, Math.max(max, 0)));
  }
}
