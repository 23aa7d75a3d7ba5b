package dev.halftone.bench.digits;

/** {@code max(x, 0)}. */
final class Relu implements Layer {
  private float[] output = {};

  @Override
  public float[] forward(float[] input, int batch, boolean training) {
    output = new float[input.length];
    for (int i = 0; i < input.length; i++) output[i] = Math.max(input[i], 0);
    return output;
  }

  @Override
  public float[] backward(float[] gradient, int batch) {
    float[] byInput = new float[gradient.length];
    for (int i = 0; i < gradient.length; i++) byInput[i] = output[i] > 0 ? gradient[i] : 0;
    return byInput;
  }
}
