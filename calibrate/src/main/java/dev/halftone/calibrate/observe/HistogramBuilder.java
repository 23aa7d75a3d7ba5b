package dev.halftone.calibrate.observe;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import java.util.Arrays;

/** A histogram under construction. */
final class HistogramBuilder {
  private static final int HALF = Kernels.BINS_PER_SIGN;

  private int exponent = Kernels.MIN_HISTOGRAM_EXPONENT;
  private final long[] totals = new long[2 * HALF];
  private long zeros;

  /**
   * Adds what {@link Kernels#histogram} counted of elements within {@code span}, and sets those
   * counts back to 0.
   */
  void add(int[] counts, int countsExponent, FiniteRange span) {
    grow(countsExponent);
    double perUnit = Math.scalb((double) HALF, -countsExponent);
    // One slot earlier: where the least element is a negative multiple of the width, its bin ends
    // there.
    int from = Math.max(HALF + (int) Math.floor(span.min() * perUnit) - 1, 0);
    int to = HALF + (int) Math.floor(span.max() * perUnit) + 1;
    join(counts, from, to);
    zeros += counts[Kernels.ZERO_SLOT];
    addBins(counts, from, to, Math.min(exponent - countsExponent, 31));
    Arrays.fill(counts, from, to, 0);
    Arrays.fill(counts, Kernels.ZERO_SLOT, Kernels.HISTOGRAM_SLOTS, 0);
  }

  /** Adds the other partial histograms to the first, and sets them back to 0. */
  private static void join(int[] counts, int from, int to) {
    for (int part = Kernels.HISTOGRAM_SLOTS;
        part < counts.length;
        part += Kernels.HISTOGRAM_SLOTS) {
      for (int slot = from; slot < to; slot++) counts[slot] += counts[part + slot];
      counts[Kernels.ZERO_SLOT] += counts[part + Kernels.ZERO_SLOT];
      Arrays.fill(counts, part + from, part + to, 0);
      Arrays.fill(counts, part + Kernels.ZERO_SLOT, part + Kernels.HISTOGRAM_SLOTS, 0);
    }
  }

  private void addBins(int[] counts, int from, int to, int shift) {
    if (shift == 0) {
      for (int slot = from; slot < to; slot++) totals[slot] += counts[slot];
    } else {
      for (int slot = from; slot < to; slot++)
        totals[HALF + (slot - HALF >> shift)] += counts[slot];
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
    long[] counts = totals.clone();
    counts[HALF] += zeros;
    return Histogram.of(exponent, -HALF, counts, zeros);
  }
}
