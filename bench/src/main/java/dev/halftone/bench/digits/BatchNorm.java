package dev.halftone.bench.digits;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code y = scale · (x − mean) / √(variance + ε) + shift} by channel (Ioffe and Szegedy 2015),
 * with the mean and variance of the batch in training and their running averages otherwise.
 */
final class BatchNorm implements Layer {
  static final float EPSILON = 1e-5f;
  private static final float MOMENTUM = 0.05f;

  final Parameter scale;
  final Parameter shift;
  final float[] runningMean;
  final float[] runningVariance;
  private final int channels;
  private final int pixels;
  private float[] normal = {};
  private final float[] inverseDeviation;

  BatchNorm(int channels, int side) {
    this.channels = channels;
    this.pixels = side * side;
    scale = new Parameter(new float[channels]);
    shift = new Parameter(new float[channels]);
    runningMean = new float[channels];
    runningVariance = new float[channels];
    inverseDeviation = new float[channels];
    Arrays.fill(scale.value, 1);
    Arrays.fill(runningVariance, 1);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(scale, shift);
  }

  @Override
  public float[] forward(float[] input, int batch, boolean training) {
    normal = new float[input.length];
    float[] output = new float[input.length];
    IntStream.range(0, channels)
        .parallel()
        .forEach(channel -> forward(channel, input, output, batch, training));
    return output;
  }

  private void forward(int channel, float[] input, float[] output, int batch, boolean training) {
    if (training) learn(channel, input, batch);
    float mean =
        training
            ? (float) sum(channel, input, batch, 0, 1) / (batch * pixels)
            : runningMean[channel];
    if (!training) inverseDeviation[channel] = inverse(runningVariance[channel]);
    for (int sample = 0; sample < batch; sample++) {
      int from = (sample * channels + channel) * pixels;
      for (int i = from; i < from + pixels; i++) {
        normal[i] = (input[i] - mean) * inverseDeviation[channel];
        output[i] = scale.value[channel] * normal[i] + shift.value[channel];
      }
    }
  }

  private void learn(int channel, float[] input, int batch) {
    int count = batch * pixels;
    double mean = sum(channel, input, batch, 0, 1) / count;
    double variance = sum(channel, input, batch, mean, 2) / count;
    inverseDeviation[channel] = inverse((float) variance);
    runningMean[channel] += MOMENTUM * ((float) mean - runningMean[channel]);
    runningVariance[channel] += MOMENTUM * ((float) variance - runningVariance[channel]);
  }

  private static float inverse(float variance) {
    return (float) (1 / Math.sqrt(variance + EPSILON));
  }

  /** {@code Σ (x − centre)^power} over a channel; power 1 or 2. */
  private double sum(int channel, float[] x, int batch, double centre, int power) {
    double sum = 0;
    for (int sample = 0; sample < batch; sample++) {
      int from = (sample * channels + channel) * pixels;
      for (int i = from; i < from + pixels; i++) {
        double difference = x[i] - centre;
        sum += power == 1 ? difference : difference * difference;
      }
    }
    return sum;
  }

  @Override
  public float[] backward(float[] gradient, int batch) {
    float[] byInput = new float[gradient.length];
    IntStream.range(0, channels)
        .parallel()
        .forEach(channel -> backward(channel, gradient, byInput, batch));
    return byInput;
  }

  /** {@code dx = scale / √(variance + ε) · (dy − mean(dy) − x̂ · mean(dy · x̂))}. */
  private void backward(int channel, float[] gradient, float[] byInput, int batch) {
    double sum = 0;
    double sumNormal = 0;
    for (int sample = 0; sample < batch; sample++) {
      int from = (sample * channels + channel) * pixels;
      for (int i = from; i < from + pixels; i++) {
        sum += gradient[i];
        sumNormal += gradient[i] * normal[i];
      }
    }
    scale.gradient[channel] += (float) sumNormal;
    shift.gradient[channel] += (float) sum;
    float mean = (float) sum / (batch * pixels);
    float meanNormal = (float) sumNormal / (batch * pixels);
    float slope = scale.value[channel] * inverseDeviation[channel];
    for (int sample = 0; sample < batch; sample++) {
      int from = (sample * channels + channel) * pixels;
      for (int i = from; i < from + pixels; i++) {
        byInput[i] = slope * (gradient[i] - mean - normal[i] * meanNormal);
      }
    }
  }
}
