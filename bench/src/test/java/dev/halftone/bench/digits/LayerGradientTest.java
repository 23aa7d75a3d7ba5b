package dev.halftone.bench.digits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.bench.digits.Layer.Parameter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every gradient that is written out by hand equals the slope that is found by moving the number a
 * little.
 */
final class LayerGradientTest {
  private static final int BATCH = 3;
  private static final float STEP = 1e-2f;
  private static final double TOLERANCE =
      2e-3; // float32 sums of some hundred terms, divided by 2 · STEP

  record Case(String name, Layer layer, int inputs) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> layers() {
    Random random = new Random(7);
    return List.of(
        new Case("convolution", new Convolution(2, 3, 4, random), 2 * 16),
        new Case("batch normalization", new BatchNorm(2, 3), 2 * 9),
        new Case("max pooling with an odd side", new MaxPool(2, 5), 2 * 25),
        new Case("relu", new Relu(), 12),
        new Case("dense", new Dense(6, 4, random), 6));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void equalsTheSlope(Case one) {
    Random random = new Random(8);
    float[] input = spreadOut(BATCH * one.inputs, random);
    float[] weights = new float[one.layer.forward(input, BATCH, true).length];
    for (int i = 0; i < weights.length; i++) weights[i] = (float) random.nextGaussian();
    float[] byInput = one.layer.backward(weights, BATCH);
    assertSlopes(one.layer, input, weights, input, byInput);
    for (Parameter parameter : one.layer.parameters()) {
      assertSlopes(one.layer, input, weights, parameter.value, parameter.gradient);
    }
  }

  /**
   * Distinct values that are more than a step apart and away from 0, where max and relu have no
   * slope.
   */
  private static float[] spreadOut(int count, Random random) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) order[i] = i;
    LabelledDigits.shuffle(order, random);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) values[i] = (order[i] - count / 2 + 0.5f) * 3 * STEP;
    return values;
  }

  private static void assertSlopes(
      Layer layer, float[] input, float[] weights, float[] moved, float[] gradient) {
    double scale = 1;
    for (float value : gradient) scale = Math.max(scale, Math.abs(value));
    for (int i = 0; i < moved.length; i++) {
      float before = moved[i];
      moved[i] = before + STEP;
      double above = loss(layer, input, weights);
      moved[i] = before - STEP;
      double below = loss(layer, input, weights);
      moved[i] = before;
      double slope = (above - below) / (2 * STEP);
      assertThat((double) gradient[i])
          .as("number %d", i)
          .isCloseTo(slope, within(TOLERANCE * scale));
    }
  }

  private static double loss(Layer layer, float[] input, float[] weights) {
    float[] output = layer.forward(input, BATCH, true);
    double sum = 0;
    for (int i = 0; i < output.length; i++) sum += (double) output[i] * weights[i];
    return sum;
  }
}
