package dev.halftone.bench.digits;

import dev.halftone.bench.digits.Matrix.Part;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * 3 × 3 convolution, stride 1, zeros around, without bias: {@code [N, C, S, S]} to {@code [N, O, S,
 * S]}.
 */
final class Convolution implements Layer {
  private static final int KERNEL = 3;
  private static final int CHUNKS =
      8; // fixed, so that the sum of gradients runs in one order on any machine

  final int channelsIn;
  final int channelsOut;
  final Parameter weights; // [O, C, 3, 3]
  private final int side;
  private float[] input = {};

  Convolution(int channelsIn, int channelsOut, int side, Random random) {
    this.channelsIn = channelsIn;
    this.channelsOut = channelsOut;
    this.side = side;
    this.weights = new Parameter(new float[channelsOut * patch()]);
    double deviation = Math.sqrt(2.0 / patch()); // He et al. 2015, equation 10
    for (int i = 0; i < weights.value.length; i++) {
      weights.value[i] = (float) (deviation * random.nextGaussian());
    }
  }

  private int patch() {
    return channelsIn * KERNEL * KERNEL;
  }

  private int pixels() {
    return side * side;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weights);
  }

  @Override
  public float[] forward(float[] newInput, int batch, boolean training) {
    input = newInput;
    float[] output = new float[batch * channelsOut * pixels()];
    IntStream.range(0, batch)
        .parallel()
        .forEach(
            sample ->
                Matrix.addProduct(
                    new Part(weights.value, 0),
                    new Part(patches(sample), 0),
                    new Part(output, sample * channelsOut * pixels()),
                    channelsOut,
                    patch(),
                    pixels()));
    return output;
  }

  @Override
  public float[] backward(float[] gradient, int batch) {
    float[] transposed = Matrix.transpose(new Part(weights.value, 0), channelsOut, patch());
    float[] byInput = new float[batch * channelsIn * pixels()];
    float[][] byWeights = new float[CHUNKS][weights.value.length];
    IntStream.range(0, CHUNKS)
        .parallel()
        .forEach(
            chunk -> {
              for (int sample = chunk; sample < batch; sample += CHUNKS) {
                Part output = new Part(gradient, sample * channelsOut * pixels());
                backward(sample, output, transposed, byWeights[chunk], byInput);
              }
            });
    for (float[] part : byWeights) {
      for (int i = 0; i < part.length; i++) weights.gradient[i] += part[i];
    }
    return byInput;
  }

  private void backward(
      int sample, Part output, float[] transposed, float[] byWeights, float[] byInput) {
    float[] rows = Matrix.transpose(new Part(patches(sample), 0), patch(), pixels());
    Matrix.addProduct(
        output, new Part(rows, 0), new Part(byWeights, 0), channelsOut, pixels(), patch());
    float[] byPatches = new float[patch() * pixels()];
    Matrix.addProduct(
        new Part(transposed, 0), output, new Part(byPatches, 0), patch(), channelsOut, pixels());
    forEachOverlap(
        (row, from, pixel, length) -> {
          int image = sample * channelsIn * pixels() + from;
          for (int i = 0; i < length; i++)
            byInput[image + i] += byPatches[row * pixels() + pixel + i];
        });
  }

  /** What each weight of a kernel sees: {@code [C · 3 · 3, S · S]}. */
  private float[] patches(int sample) {
    float[] out = new float[patch() * pixels()];
    int image = sample * channelsIn * pixels();
    forEachOverlap(
        (row, from, pixel, length) ->
            System.arraycopy(input, image + from, out, row * pixels() + pixel, length));
    return out;
  }

  private interface Overlap {
    /**
     * Row {@code row} of the patches holds, from {@code pixel} on, the pixels of the image from
     * {@code from} on.
     */
    void at(int row, int from, int pixel, int length);
  }

  /**
   * Walks the lines of the image that lie under each of the nine places of the kernel; outside
   * there are zeros.
   */
  private void forEachOverlap(Overlap overlap) {
    for (int row = 0; row < patch(); row++) {
      int down = row / KERNEL % KERNEL - 1;
      int right = row % KERNEL - 1;
      int first = Math.max(0, -right);
      int length = side - Math.abs(right);
      for (int y = Math.max(0, -down); y < side - Math.max(0, down); y++) {
        int from = row / (KERNEL * KERNEL) * pixels() + (y + down) * side + first + right;
        overlap.at(row, from, y * side + first, length);
      }
    }
  }
}
