package dev.halftone.calibrate.observe;

import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Adds up the elements of one sample by channel, in the order in which they lie. What is not finite
 * is passed over.
 */
final class ChannelSums {
  private final int channels;

  /** Neighbours that belong to the same channel. */
  private final long inner;

  private final long[] counts;
  private final float[] mins;
  private final float[] maxs;
  private final double[] sums;
  private final double[] magnitudes;
  private final double[] squares;
  private int channel;
  private long left;

  private ChannelSums(int channels, long inner) {
    this.channels = channels;
    this.inner = inner;
    this.left = inner;
    counts = new long[channels];
    mins = new float[channels];
    maxs = new float[channels];
    Arrays.fill(mins, Float.POSITIVE_INFINITY);
    Arrays.fill(maxs, Float.NEGATIVE_INFINITY);
    sums = new double[channels];
    magnitudes = new double[channels];
    squares = new double[channels];
  }

  /** All elements as one channel. */
  static ChannelSums whole() {
    return new ChannelSums(1, Long.MAX_VALUE);
  }

  /**
   * One channel for each index along an axis.
   *
   * @throws IllegalArgumentException if the tensor has no such axis, or it is longer than an array
   *     can be
   */
  static ChannelSums along(int axis, Tensor sample) {
    int at = axis < 0 ? axis + sample.rank() : axis;
    if (at < 0 || at >= sample.rank())
      throw new IllegalArgumentException("%s has no axis %d".formatted(sample, axis));
    long channels = sample.dimension(at);
    if (channels > Integer.MAX_VALUE / Double.BYTES)
      throw new IllegalArgumentException(
          "%s has %d channels along axis %d".formatted(sample, channels, axis));
    long inner = 1;
    for (int i = at + 1; i < sample.rank(); i++) inner *= sample.dimension(i);
    return new ChannelSums((int) channels, inner);
  }

  /** Adds the elements that follow those added before. */
  void add(float[] x, int count) {
    for (int from = 0; from < count; ) {
      int run = (int) Math.min(count - from, left);
      add(x, from, from + run);
      from += run;
      left -= run;
      if (left > 0) continue;
      left = inner;
      channel = channel + 1 == channels ? 0 : channel + 1;
    }
  }

  private void add(float[] x, int from, int to) {
    long count = counts[channel];
    float min = mins[channel];
    float max = maxs[channel];
    double sum = sums[channel];
    double magnitude = magnitudes[channel];
    double square = squares[channel];
    for (int i = from; i < to; i++) {
      float value = x[i];
      if (!Float.isFinite(value)) continue;
      count++;
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
      magnitude += Math.abs(value);
      square += (double) value * value;
    }
    counts[channel] = count;
    mins[channel] = min;
    maxs[channel] = max;
    sums[channel] = sum;
    magnitudes[channel] = magnitude;
    squares[channel] = square;
  }

  /** What was added to each channel. */
  Channels channels() {
    List<Channel> all = new ArrayList<>(channels);
    // Adding zero makes a negative zero positive.
    for (int c = 0; c < channels; c++) all.add(new Channel(mins[c] + 0f, maxs[c] + 0f, moments(c)));
    return new Channels(all);
  }

  /** What was added to one channel. */
  Moments moments(int c) {
    return new Moments(
        counts[c],
        ExactSum.ZERO.plus(sums[c]),
        ExactSum.ZERO.plus(magnitudes[c]),
        ExactSum.ZERO.plus(squares[c]));
  }
}
