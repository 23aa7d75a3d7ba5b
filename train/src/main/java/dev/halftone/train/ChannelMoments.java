package dev.halftone.train;

import dev.halftone.tensor.Tensor;

/** Mean and variance of each channel of what is added, in double, in the order it is added. */
final class ChannelMoments {
  private final double[] sums;
  private final double[] squares;
  private long count;

  ChannelMoments(int channels) {
    this.sums = new double[channels];
    this.squares = new double[channels];
  }

  /** Adds a value of shape {@code [samples, channels, ...]}; one of other channels says nothing. */
  void add(Tensor value) {
    if (value.rank() < 2 || value.dimension(1) != sums.length) return;
    float[] values = value.toFloats();
    int inner = 1;
    for (int i = 2; i < value.rank(); i++) inner *= (int) value.dimension(i);
    for (int i = 0; i < values.length; i++) {
      int channel = i / inner % sums.length;
      sums[channel] += values[i];
      squares[channel] += (double) values[i] * values[i];
    }
    count += values.length / sums.length;
  }

  /** Not a number where nothing was added. */
  double mean(int channel) {
    return sums[channel] / count;
  }

  /** Of all that was added: divided by its count; not a number where that is nothing. */
  double variance(int channel) {
    double mean = mean(channel);
    return Math.max(0, squares[channel] / count - mean * mean);
  }

  /** Of all channels together, the mean. */
  double variance() {
    double sum = 0;
    for (int c = 0; c < sums.length; c++) sum += variance(c);
    return sum / sums.length;
  }
}
