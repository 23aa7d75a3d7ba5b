package dev.halftone.calibrate.observe;

import dev.halftone.kernels.FiniteRange;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
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
  private final @Nullable Moments moments;
  private final SortedMap<Integer, Channels> channels;

  /**
   * Of what was counted.
   *
   * @param histogram null when none was asked for
   * @param moments null when they were not asked for
   * @param channels by axis, as they were asked for
   */
  public Statistics(
      long samples,
      FiniteRange values,
      ExactSum lows,
      ExactSum highs,
      @Nullable Histogram histogram,
      @Nullable Moments moments,
      Map<Integer, Channels> channels) {
    this.samples = samples;
    this.values = values;
    this.lows = lows;
    this.highs = highs;
    this.histogram = histogram;
    this.moments = moments;
    this.channels = Collections.unmodifiableSortedMap(new TreeMap<>(channels));
  }

  /** Of no samples: the neutral element of {@link #merge} among statistics of the same request. */
  public static Statistics empty(Request request) {
    return new Observer(request).statistics();
  }

  /** What was asked for. */
  public Request request() {
    return new Request(histogram != null, moments != null, new TreeSet<>(channels.keySet()));
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
    return samples == 0 ? 0f : (float) lows.mean(samples);
  }

  /**
   * Mean over the samples of the greatest finite element of each, exact until the last rounding; 0
   * without samples.
   */
  public float meanHigh() {
    return samples == 0 ? 0f : (float) highs.mean(samples);
  }

  /** The least finite elements of all samples together. */
  public ExactSum lows() {
    return lows;
  }

  /** The greatest finite elements of all samples together. */
  public ExactSum highs() {
    return highs;
  }

  /**
   * The finite elements by size.
   *
   * @throws IllegalArgumentException if no histogram was asked for
   */
  public Histogram histogram() {
    return asked(histogram, "a histogram");
  }

  /**
   * Sums over all finite elements.
   *
   * @throws IllegalArgumentException if they were not asked for
   */
  public Moments moments() {
    return asked(moments, "moments");
  }

  /**
   * What was seen at each index along an axis.
   *
   * @param axis as it was asked for; negative ones count from the last
   * @throws IllegalArgumentException if that was not asked for
   */
  public Channels channels(int axis) {
    return asked(channels.get(axis), "channels along axis " + axis);
  }

  private static <T> T asked(@Nullable T found, String what) {
    if (found == null)
      throw new IllegalArgumentException("the statistics were gathered without " + what);
    return found;
  }

  /**
   * Of the samples of both.
   *
   * @throws IllegalArgumentException if they are of different requests
   */
  public Statistics merge(Statistics other) {
    if (!request().equals(other.request()))
      throw new IllegalArgumentException(
          "statistics of %s and of %s do not merge".formatted(request(), other.request()));
    Map<Integer, Channels> merged = new TreeMap<>(channels);
    other.channels.forEach((axis, seen) -> merged.merge(axis, seen, Channels::merge));
    return new Statistics(
        samples + other.samples,
        values.merge(other.values),
        lows.plus(other.lows),
        highs.plus(other.highs),
        histogram == null ? null : histogram.merge(other.histogram()),
        moments == null ? null : moments.merge(other.moments()),
        merged);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Statistics that
        && samples == that.samples
        && values.equals(that.values)
        && lows.equals(that.lows)
        && highs.equals(that.highs)
        && Objects.equals(histogram, that.histogram)
        && Objects.equals(moments, that.moments)
        && channels.equals(that.channels);
  }

  @Override
  public int hashCode() {
    return Objects.hash(samples, values, lows, highs, histogram, moments, channels);
  }

  @Override
  public String toString() {
    return "%d samples, %s, histogram %s, %s, channels %s"
        .formatted(samples, values, histogram, moments, channels.keySet());
  }
}
