package dev.halftone.bench.digits;

/**
 * Largest of each 2 × 2 square, stride 2; an odd last row or column is left out: {@code [N, C, S,
 * S]} to {@code [N, C, S/2, S/2]}.
 */
final class MaxPool implements Layer {
  private final int channels;
  private final int side;
  private int[] winners = {};

  MaxPool(int channels, int side) {
    this.channels = channels;
    this.side = side;
  }

  @Override
  public float[] forward(float[] input, int batch, boolean training) {
    int half = side / 2;
    float[] output = new float[batch * channels * half * half];
    winners = new int[output.length];
    for (int i = 0; i < output.length; i++) {
      int image = i / (half * half);
      int corner = (image * side + i / half % half * 2) * side + i % half * 2;
      winners[i] = winner(input, corner);
      output[i] = input[winners[i]];
    }
    return output;
  }

  private int winner(float[] input, int corner) {
    int best = corner;
    for (int candidate : new int[] {corner + 1, corner + side, corner + side + 1}) {
      if (input[candidate] > input[best]) best = candidate;
    }
    return best;
  }

  @Override
  public float[] backward(float[] gradient, int batch) {
    float[] byInput = new float[batch * channels * side * side];
    for (int i = 0; i < gradient.length; i++) byInput[winners[i]] += gradient[i];
    return byInput;
  }
}
