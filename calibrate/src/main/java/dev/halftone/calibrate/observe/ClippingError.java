package dev.halftone.calibrate.observe;

import dev.halftone.scheme.Range;

/**
 * E(l, h) of {@link LeastError} for any two edges of bins. Exact zeros are left out of what is
 * rounded; clipped they cannot be.
 */
final class ClippingError {
  private final int first;
  private final int end;
  private final double width;
  private final double min;
  private final double max;
  private final int steps;
  private final double power;
  private final double weight;
  private final ClippedPowers clipped;
  private final long[] elements;

  ClippingError(
      Statistics statistics, int steps, double power, double weight, ClippedPowers clipped) {
    Histogram histogram = statistics.histogram();
    this.first = Math.min(histogram.first(), 0);
    this.end = Math.max(histogram.end(), 0);
    this.width = histogram.width();
    this.min = statistics.values().min();
    this.max = statistics.values().max();
    this.steps = steps;
    this.power = power;
    this.weight = weight;
    this.clipped = clipped;
    elements = new long[end - first + 1];
    for (int bin = first; bin < end; bin++)
      elements[bin - first + 1] = elements[bin - first] + histogram.countWithoutZeros(bin);
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
    return error(
        low,
        high,
        Math.max(low * width, Math.min(min, 0)),
        Math.min(high * width, Math.max(max, 0)));
  }

  /** The error of clipping at plus and minus the edge, codes laid over all of that. */
  double symmetric(int bins) {
    return error(Math.max(-bins, first), Math.min(bins, end), -bins * width, bins * width);
  }

  private double error(int from, int to, double l, double h) {
    double step = (h - l) / steps;
    double within = elements[to - first] - elements[from - first];
    return within * Math.pow(step / 2, power) / (power + 1)
        + weight * (clipped.below(from) + clipped.above(to));
  }

  Range range(int low, int high) {
    return new Range(
        (float) Math.max(low * width, Math.min(min, 0)),
        (float) Math.min(high * width, Math.max(max, 0)));
  }
}
