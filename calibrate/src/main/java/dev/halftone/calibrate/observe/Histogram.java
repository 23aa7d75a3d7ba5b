package dev.halftone.calibrate.observe;

import dev.halftone.kernels.Kernels;
import java.util.Arrays;

/**
 * Counts of elements in bins of equal width {@code 2^exponent / 8192}. The exponent is the least
 * for which 2^exponent is above every magnitude counted, so at least 4096 bins span what was seen
 * on the wider side of zero, and it depends on the elements alone. When it grows, neighbouring bins
 * join pairwise without loss: the histogram of a multiset of elements is the same however the
 * elements came. Below 2^-114 the exponent does not go.
 *
 * <p>Bin {@code b >= 0} holds [b, b + 1) widths, bin {@code b < 0} holds (b, b + 1] widths: zeros
 * of either sign lie in bin 0.
 */
public final class Histogram {
  /** Of nothing; the neutral element of {@link #merge}. */
  public static final Histogram EMPTY =
      new Histogram(Kernels.MIN_HISTOGRAM_EXPONENT, 0, new long[0], 0);

  private final int exponent;
  private final int first;
  private final long[] counts;
  private final long zeros;

  private Histogram(int exponent, int first, long[] counts, long zeros) {
    this.exponent = exponent;
    this.first = first;
    this.counts = counts;
    this.zeros = zeros;
  }

  /**
   * Of the counts of bins {@code [from, from + counts.length)}, {@code zeros} of bin 0 being
   * exactly zero; bins at the ends that hold nothing are cut off.
   */
  public static Histogram of(int exponent, int from, long[] counts, long zeros) {
    int start = 0;
    int end = counts.length;
    while (start < end && counts[start] == 0) start++;
    while (end > start && counts[end - 1] == 0) end--;
    return start == end
        ? EMPTY
        : new Histogram(exponent, from + start, Arrays.copyOfRange(counts, start, end), zeros);
  }

  /** The exponent of a histogram whose largest finite magnitude is {@code absMax}. */
  public static int exponentOf(float absMax) {
    // Float.MIN_EXPONENT - 1 for zeros and subnormals, clamped away.
    return Math.max(Math.getExponent(absMax) + 1, Kernels.MIN_HISTOGRAM_EXPONENT);
  }

  public int exponent() {
    return exponent;
  }

  /** Width of a bin, a power of two. */
  public double width() {
    return Math.scalb(1.0, exponent) / Kernels.BINS_PER_SIGN;
  }

  /** Number of the first bin that holds something; 0 when none does. */
  public int first() {
    return first;
  }

  /** One more than the number of the last bin that holds something. */
  public int end() {
    return first + counts.length;
  }

  /** Elements in the bin; 0 for bins outside of {@code [first, end)}. */
  public long count(int bin) {
    return bin < first || bin >= end() ? 0 : counts[bin - first];
  }

  /** Elements in the bin that are not exactly zero. */
  public long countWithoutZeros(int bin) {
    return bin == 0 ? count(bin) - zeros : count(bin);
  }

  /** Elements in all bins. */
  public long total() {
    return Arrays.stream(counts).sum();
  }

  /** Of the elements of both. Commutative and associative, bit for bit. */
  public Histogram merge(Histogram other) {
    if (counts.length == 0) return other;
    if (other.counts.length == 0) return this;
    int common = Math.max(exponent, other.exponent);
    int from = Math.min(binAt(common, first), other.binAt(common, other.first));
    int last = Math.max(binAt(common, end() - 1), other.binAt(common, other.end() - 1));
    long[] sum = new long[last + 1 - from];
    addTo(sum, from, common);
    other.addTo(sum, from, common);
    return new Histogram(common, from, sum, zeros + other.zeros);
  }

  /**
   * Where a bin of this histogram lies in one of a larger exponent. The shift halves negative
   * numbers away from zero, as wanted.
   */
  private int binAt(int larger, int bin) {
    return bin >> Math.min(larger - exponent, 31);
  }

  private void addTo(long[] sum, int from, int larger) {
    for (int i = 0; i < counts.length; i++) sum[binAt(larger, first + i) - from] += counts[i];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Histogram that
        && exponent == that.exponent
        && first == that.first
        && zeros == that.zeros
        && Arrays.equals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * exponent + first) + Long.hashCode(zeros) + Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return "%d bins from %d, 2^%d, %d elements".formatted(counts.length, first, exponent, total());
  }
}
