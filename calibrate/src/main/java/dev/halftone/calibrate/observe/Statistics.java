package dev.halftone.calibrate.observe;

import dev.halftone.kernels.FiniteRange;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of one tensor over any number of samples. A commutative monoid under {@link
 * #merge}: samples split in any way, merged in any order and tree, give the same bits.
 */
public final class Statistics {
  private final long samples;
  private final FiniteRange values;
  private final ExactSum lows;
  private final ExactSum highs;
  private final @Nullable Histogram histogram;

  /** Of what was counted; histogram is null when only the range was asked for. */
  public Statistics(
      long samples,
      FiniteRange values,
      ExactSum lows,
      ExactSum highs,
      @Nullable Histogram histogram) {
    this.samples = samples;
    this.values = values;
    this.lows = lows;
    this.highs = highs;
    this.histogram = histogram;
  }

  /** Of no samples: the neutral element of {@link #merge} among statistics of the same request. */
  public static Statistics empty(Request request) {
    Histogram histogram = request == Request.HISTOGRAM ? Histogram.EMPTY : null;
    return new Statistics(0, FiniteRange.EMPTY, ExactSum.ZERO, ExactSum.ZERO, histogram);
  }

  /** Samples in which the tensor had at least one finite element. */
  public long samples() {
    return samples;
  }

  /** Extremes of the finite elements and counts of all, over all samples. */
  public FiniteRange values() {
    return values;
  }

  /** Whether any finite element was seen. */
  public boolean isEmpty() {
    return values.finite() == 0;
  }

  /**
   * Mean over the samples of the least finite element of each, exact until the last rounding; 0
   * without samples.
   */
  public float meanLow() {
    return samples == 0 ? 0f : lows.mean(samples);
  }

  /**
   * Mean over the samples of the greatest finite element of each, exact until the last rounding; 0
   * without samples.
   */
  public float meanHigh() {
    return samples == 0 ? 0f : highs.mean(samples);
  }

  /** The least finite elements of all samples together. */
  public ExactSum lows() {
    return lows;
  }

  /** The greatest finite elements of all samples together. */
  public ExactSum highs() {
    return highs;
  }

  /** Whether a histogram was asked for. */
  public boolean hasHistogram() {
    return histogram != null;
  }

  /**
   * The finite elements by size.
   *
   * @throws IllegalArgumentException if only the range was asked for
   */
  public Histogram histogram() {
    if (histogram == null)
      throw new IllegalArgumentException("the statistics were gathered without a histogram");
    return histogram;
  }

  /**
   * Of the samples of both.
   *
   * @throws IllegalArgumentException if one has a histogram and the other does not
   */
  public Statistics merge(Statistics other) {
    if ((histogram == null) != (other.histogram == null)) {
      throw new IllegalArgumentException("statistics with and without a histogram do not merge");
    }
    return new Statistics(
        samples + other.samples,
        values.merge(other.values),
        lows.plus(other.lows),
        highs.plus(other.highs),
        histogram == null || other.histogram == null ? null : histogram.merge(other.histogram));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Statistics that
        && samples == that.samples
        && values.equals(that.values)
        && lows.equals(that.lows)
        && highs.equals(that.highs)
        && Objects.equals(histogram, that.histogram);
  }

  @Override
  public int hashCode() {
    return Objects.hash(samples, values, lows, highs, histogram);
  }

  @Override
  public String toString() {
    return "%d samples, %s, histogram %s".formatted(samples, values, histogram);
  }
}
