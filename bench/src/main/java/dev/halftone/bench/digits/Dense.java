package dev.halftone.bench.digits;

import dev.halftone.bench.digits.Matrix.Part;
import java.util.List;
import java.util.Random;

/** {@code y = x · Wᵀ + b}: {@code [N, I]} to {@code [N, O]}. */
final class Dense implements Layer {
  final int in;
  final int out;
  final Parameter weights; // [O, I]
  final Parameter bias; // [O]
  private float[] input = {};

  Dense(int in, int out, Random random) {
    this.in = in;
    this.out = out;
    weights = new Parameter(new float[out * in]);
    bias = new Parameter(new float[out]);
    double deviation = Math.sqrt(2.0 / in); // He et al. 2015, equation 10
    for (int i = 0; i < out * in; i++)
      weights.value[i] = (float) (deviation * random.nextGaussian());
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weights, bias);
  }

  @Override
  public float[] forward(float[] newInput, int batch, boolean training) {
    input = newInput;
    float[] output = new float[batch * out];
    for (int i = 0; i < output.length; i++) output[i] = bias.value[i % out];
    float[] transposed = Matrix.transpose(new Part(weights.value, 0), out, in);
    Matrix.addProduct(
        new Part(input, 0), new Part(transposed, 0), new Part(output, 0), batch, in, out);
    return output;
  }

  @Override
  public float[] backward(float[] gradient, int batch) {
    for (int i = 0; i < gradient.length; i++) bias.gradient[i % out] += gradient[i];
    Part transposed = new Part(Matrix.transpose(new Part(gradient, 0), batch, out), 0);
    Matrix.addProduct(
        transposed, new Part(input, 0), new Part(weights.gradient, 0), out, batch, in);
    float[] byInput = new float[batch * in];
    Matrix.addProduct(
        new Part(gradient, 0), new Part(weights.value, 0), new Part(byInput, 0), batch, out, in);
    return byInput;
  }
}
