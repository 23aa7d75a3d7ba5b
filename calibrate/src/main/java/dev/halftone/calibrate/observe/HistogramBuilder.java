package dev.halftone.calibrate.observe;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;

/** A histogram under construction. */
final class HistogramBuilder {
  private static final int HALF = Kernels.BINS_PER_SIGN;

  private int exponent = Kernels.MIN_HISTOGRAM_EXPONENT;
  private final long[] totals = new long[2 * HALF];
  private long zeros;

  /**
   * Adds what {@link Kernels#histogram} counted of elements within {@code span}, {@code countedZeros} of them zero, and sets those
   * counts back to 0.
   */
  void add(int[] counts, int countsExponent, FiniteRange span, long countedZeros) {
    zeros += countedZeros;
    grow(countsExponent);
    int shift = Math.min(exponent - countsExponent, 31);
    double perUnit = Math.scalb((double) HALF, -countsExponent);
    int from = HALF + (int) Math.floor(span.min() * perUnit);
    int to = HALF + (int) Math.floor(span.max() * perUnit);
    for (int part = 0; part < counts.length; part += Kernels.HISTOGRAM_SLOTS) {
      // One slot earlier: where the least element is a multiple of the width, its bin ends there.
      for (int slot = Math.max(from - 1, 0); slot <= to; slot++) {
        totals[HALF + (slot - HALF >> shift)] += counts[part + slot];
        counts[part + slot] = 0;
      }
      counts[part + Kernels.HISTOGRAM_SLOTS - 1] = 0;
    }
  }

  private void grow(int wanted) {
    if (wanted <= exponent) return;
    int shift = Math.min(wanted - exponent, 31);
    exponent = wanted;
    // Towards the middle: a bin is read before anything is added to it.
    for (int bin = 0; bin < HALF; bin++) move(bin, bin >> shift);
    for (int bin = -1; bin >= -HALF; bin--) move(bin, bin >> shift);
  }

  private void move(int bin, int to) {
    if (bin == to) return;
    totals[HALF + to] += totals[HALF + bin];
    totals[HALF + bin] = 0;
  }

  Histogram build() {
    return Histogram.of(exponent, -HALF, totals, zeros);
  }
}
