package dev.halftone.train.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.tensor.Tensor;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.List;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps worked out by hand: of values 3 and -2, with gradients that are given. */
final class OptimizerTest {
  private static final double RATE = 0.1;
  private static final double UNIT = 0.5;
  private static final Offset<Float> CLOSE = within(1e-6f);

  @BeforeAll
  static void load() {
    Libtorch.require();
  }

  private static org.bytedeco.pytorch.Tensor torch(float... values) {
    return TorchTensors.of(Tensor.ofFloats(values, values.length));
  }

  private static org.bytedeco.pytorch.Tensor none() {
    return new org.bytedeco.pytorch.Tensor();
  }

  private static org.bytedeco.pytorch.Tensor leaf() {
    return torch(3, -2).requires_grad_(true);
  }

  private static Parameter parameter(double gradientScale, boolean decays) {
    return new Parameter(
        "p", leaf(), torch((float) UNIT), gradientScale, decays, none(), none(), none());
  }

  /** Adds gradients and steps, some times; the values after it. */
  private static float[] stepped(Optimizer optimizer, Parameter parameter, float[]... gradients) {
    for (float[] gradient : gradients) {
      parameter.tensor().mul(torch(gradient)).sum().backward();
      assertThat(optimizer.step(RATE)).isTrue();
    }
    return TorchTensors.copy(parameter.tensor()).toFloats();
  }

  private static float[] stepped(
      Method method, double decay, double longest, Parameter parameter, float[]... gradients) {
    try (Optimizer optimizer = new Optimizer(method, decay, longest, 0, List.of(parameter))) {
      return stepped(optimizer, parameter, gradients);
    }
  }

  private static void assertClose(float[] found, double... expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++)
      assertThat(found[i]).isCloseTo((float) expected[i], CLOSE);
  }

  /** The gradient counts in units, and so does the step: 0.1 · 0.5 · 0.5 · gradient. */
  @Test
  void gradientDescentWithMomentum() {
    try (PointerScope scope = new PointerScope()) {
      assertClose(stepped(Method.SGD, 0, 0, parameter(1, false), new float[] {4, 2}), 2.9, -2.05);
      // The second time 0.9 of the first is there still.
      assertClose(
          stepped(Method.SGD, 0, 0, parameter(1, false), new float[] {4, 2}, new float[] {0, 2}),
          2.9 - 0.09,
          -2.05 - 0.05 * 1.9);
      assertClose(
          stepped(Method.SGD, 0, 0, parameter(0.25, false), new float[] {4, 2}), 2.975, -2.0125);
    }
  }

  /** Whatever its size, a first gradient is one unit, once the start is corrected for. */
  @Test
  void adam() {
    try (PointerScope scope = new PointerScope()) {
      assertClose(
          stepped(Method.ADAM, 0, 0, parameter(1, false), new float[] {4, -1e-3f}), 2.95, -1.95);
      double mean = (0.9 * 0.1 * 2 + 0.1 * 4) / (1 - 0.81);
      double square = (0.999 * 0.001 * 4 + 0.001 * 16) / (1 - 0.999 * 0.999);
      double second = RATE * UNIT * mean / (Math.sqrt(square) + 1e-8);
      // Gradients of 4 and 8 count as 2 and 4.
      assertClose(
          stepped(Method.ADAM, 0, 0, parameter(1, false), new float[] {4, 4}, new float[] {8, 8}),
          2.95 - second,
          -2.05 - second);
    }
  }

  /** AdamW shrinks the value, the others add to the gradient what shrinks it. */
  @Test
  void decay() {
    try (PointerScope scope = new PointerScope()) {
      assertClose(
          stepped(Method.ADAMW, 0.2, 0, parameter(1, true), new float[] {4, 4}),
          3 * 0.98 - 0.05,
          -2 * 0.98 - 0.05);
      // 4 · 0.5 + 0.2 · 3 / 0.5 = 3.2
      assertClose(
          stepped(Method.SGD, 0.2, 0, parameter(1, true), new float[] {4, 4}),
          3 - 0.05 * 3.2,
          -2 - 0.05 * (2 - 0.8));
      assertClose(stepped(Method.SGD, 0.2, 0, parameter(1, false), new float[] {4, 4}), 2.9, -2.1);
    }
  }

  /** Of length 5 in units, all parameters together, shortened to 1. */
  @Test
  void longGradientsAreShortened() {
    try (PointerScope scope = new PointerScope()) {
      assertClose(
          stepped(Method.SGD, 0, 1, parameter(1, false), new float[] {6, 8}),
          3 - 0.05 * 0.6,
          -2 - 0.05 * 0.8);
      assertClose(stepped(Method.SGD, 0, 5.5, parameter(1, false), new float[] {6, 8}), 2.85, -2.2);
    }
  }

  @Test
  void masksAndBoundsHold() {
    try (PointerScope scope = new PointerScope()) {
      Parameter masked =
          new Parameter("p", leaf(), torch(1), 1, true, torch(0, 1), torch(-2.05f), none());
      Parameter capped =
          new Parameter("p", leaf(), torch(1), 1, true, none(), none(), torch(2.75f));
      assertClose(stepped(Method.SGD, 0, 0, masked, new float[] {4, 2}), 3, -2.05);
      assertClose(stepped(Method.SGD, 0, 0, capped, new float[] {2, 2}), 2.75, -2.2);
    }
  }

  /** A step along such gradients would leave nothing but NaN. */
  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void gradientsThatAreNoNumbersChangeNothing(float gradient) {
    for (double longest : new double[] {0, 1}) {
      try (PointerScope scope = new PointerScope()) {
        Parameter parameter = parameter(1, true);
        try (Optimizer optimizer =
            new Optimizer(Method.ADAMW, 0.1, longest, 3, List.of(parameter))) {
          parameter.tensor().mul(torch(1, gradient)).sum().backward();
          assertThat(optimizer.step(RATE)).isFalse();
          assertThat(TorchTensors.copy(parameter.tensor()).toFloats()).containsExactly(3, -2);
          assertThat(optimizer.isFinite()).isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void tellsParametersThatAreNoNumbers(Method method) {
    try (PointerScope scope = new PointerScope()) {
      Parameter parameter = parameter(1, false);
      try (Optimizer optimizer = new Optimizer(method, 0, 0, 0, List.of(parameter))) {
        assertThat(optimizer.isFinite()).isTrue();
        TorchTensors.fill(parameter.tensor(), Tensor.ofFloats(new float[] {1, Float.NaN}, 2));
        assertThat(optimizer.isFinite()).isFalse();
      }
    }
  }
}
