package dev.halftone.calibrate.observe;

import java.util.Arrays;

/**
 * Any power: distances from an edge to the middles of bins are whole and a half widths, so one
 * table of powers serves all edges. An edge costs as many products as there are bins beyond it.
 */
final class TabledPowers implements ClippedPowers {
  private final Histogram histogram;
  private final double[] powers;
  private final double[] below;
  private final double[] above;

  TabledPowers(Histogram histogram, double power) {
    this.histogram = histogram;
    powers = new double[Math.max(Math.max(-histogram.first(), histogram.end()), 0)];
    for (int i = 0; i < powers.length; i++)
      powers[i] = Math.pow((i + 0.5) * histogram.width(), power);
    below = unknown(Math.max(-histogram.first(), 0));
    above = unknown(Math.max(histogram.end(), 0));
  }

  private static double[] unknown(int edges) {
    double[] sums = new double[edges + 1];
    Arrays.fill(sums, Double.NaN);
    return sums;
  }

  @Override
  public double below(int edge) {
    if (Double.isNaN(below[-edge])) {
      double sum = 0;
      for (int bin = edge - 1; bin >= histogram.first(); bin--)
        sum += histogram.countWithoutZeros(bin) * powers[edge - 1 - bin];
      below[-edge] = sum;
    }
    return below[-edge];
  }

  @Override
  public double above(int edge) {
    if (Double.isNaN(above[edge])) {
      double sum = 0;
      for (int bin = edge; bin < histogram.end(); bin++)
        sum += histogram.countWithoutZeros(bin) * powers[bin - edge];
      above[edge] = sum;
    }
    return above[edge];
  }
}
