package dev.halftone.train.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One pass gives what libtorch's operators give, which compute where scales are of x's rank. */
final class FusedRoundingTest {
  private static final TorchOperator OPERATOR =
      Objects.requireNonNull(FakeQuantization.all().get("dev.halftone.FakeQuantize"));

  @BeforeAll
  static void load() {
    Libtorch.require();
  }

  /** What comes out, and the gradients of x, of the scale and of the zero point. */
  private record Result(float[] y, float[] dx, float[] dscale, float[] dzero) {}

  private record Rounding(Tensor x, Tensor scale, Tensor zeroPoint, int axis, int low, int high) {
    /** With a scale of x's rank. */
    Rounding composed() {
      long[] shape = new long[x.rank()];
      Arrays.fill(shape, 1);
      shape[axis] = scale.count();
      Tensor zero = zeroPoint.count() == 1 ? zeroPoint : zeroPoint.reshape(shape);
      return new Rounding(x, scale.reshape(shape), zero, axis, low, high);
    }

    boolean isFused() {
      try (PointerScope scope = new PointerScope()) {
        Node node = FakeQuantization.node(List.of("x", "s", "z"), "y", axis, low, high);
        var inputs =
            List.of(TorchTensors.of(x), TorchTensors.of(scale), TorchTensors.of(zeroPoint));
        return FusedRounding.of(new Call(node, 21, new ArrayList<>(inputs), new Backward(scope)))
            != null;
      }
    }

    /** Run twice, so that gradients add up. */
    Result result(boolean transposed, boolean learned) {
      try (PointerScope scope = new PointerScope()) {
        var x = TorchTensors.of(x());
        x.set_requires_grad(learned);
        var scales = TorchTensors.of(scale);
        scales.set_requires_grad(true);
        var zeroPoints = TorchTensors.of(zeroPoint);
        zeroPoints.set_requires_grad(true);
        Node node = FakeQuantization.node(List.of("x", "s", "z"), "y", axis, low, high);
        float[] rounded = {};
        for (int i = 0; i < 2; i++) {
          var read = transposed ? x.transpose(0, 1).mul(new Scalar(1f)).transpose(0, 1) : x;
          var inputs = List.of(read, scales, zeroPoints);
          var y = rounded(node, inputs, scope);
          rounded = TorchTensors.copy(y).toFloats();
          var weights = TorchTensors.of(drawn(new Random(9), 1, x().shape()));
          y.mul(weights).sum().backward();
        }
        return new Result(
            rounded,
            learned ? TorchTensors.copy(x.grad()).toFloats() : new float[0],
            TorchTensors.copy(scales.grad()).toFloats(),
            TorchTensors.copy(zeroPoints.grad()).toFloats());
      }
    }
  }

  private static org.bytedeco.pytorch.Tensor rounded(
      Node node, List<org.bytedeco.pytorch.Tensor> inputs, PointerScope scope) {
    return OPERATOR
        .apply(new Call(node, 21, new ArrayList<>(inputs), new Backward(scope)))
        .getFirst();
  }

  private static Tensor drawn(Random random, double spread, long... shape) {
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    for (int i = 0; i < values.length; i++) values[i] = (float) (spread * random.nextGaussian());
    return Tensor.ofFloats(values, shape);
  }

  /** Scales are powers of 2, so that many values are ties. */
  private static Rounding rounding(int axis, int channels, int low, int high, double spread) {
    Random random = new Random(low * 31L + high + channels);
    long[] shape = {8, 6, 37, 67};
    Tensor x = drawn(random, spread, shape);
    float[] values = x.toFloats();
    for (int i = 0; i < values.length; i += 3) values[i] = (float) Math.rint(values[i] * 8) / 8;
    for (int i = 0; i < values.length; i += 101) values[i] = (i % 2 == 0 ? 1 : -1) * 1e30f;
    float[] scales = new float[channels];
    float[] zeroPoints = new float[channels];
    for (int i = 0; i < channels; i++) {
      scales[i] = i % 2 == 0 ? 0.25f : 0.3f;
      // Beyond the codes now and then.
      zeroPoints[i] = low - 1 + (high - low + 2) * random.nextFloat();
    }
    long[] scaleShape = channels == 1 ? new long[0] : new long[] {channels};
    return new Rounding(
        Tensor.ofFloats(values, shape),
        Tensor.ofFloats(scales, scaleShape),
        Tensor.ofFloats(zeroPoints, scaleShape),
        axis,
        low,
        high);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 0, 255, 9, false",
    "0, 1, -128, 127, 30, false",
    "0, 1, 0, 15, 1, true",
    "0, 8, -8, 7, 1, false",
    "0, 8, -8, 7, 1, true",
    "1, 6, 0, 255, 20, false",
    "1, 6, -2, 1, 0.3, true"
  })
  void equalsTheComposedOne(
      int axis, int channels, int low, int high, double spread, boolean transposed) {
    Rounding rounding = rounding(axis, channels, low, high, spread);
    for (boolean learned : new boolean[] {true, false}) {
      Result fused = rounding.result(transposed, learned);
      Result composed = rounding.composed().result(transposed, learned);
      assertThat(fused.y()).isEqualTo(composed.y());
      assertThat(fused.dx()).containsExactly(composed.dx(), within(1e-6f));
      for (int i = 0; i < channels; i++)
        assertThat(fused.dscale()[i]).isCloseTo(composed.dscale()[i], within(scaleError(rounding)));
      for (int i = 0; i < channels; i++)
        assertThat(fused.dzero()[i]).isCloseTo(composed.dzero()[i], within(scaleError(rounding)));
    }
  }

  /** Else the two compared above would be the same one. */
  @ParameterizedTest
  @CsvSource({"0, 1", "0, 8", "1, 6"})
  void onePassIsTakenWhereScalesAreOfOneAxis(int axis, int channels) {
    Rounding rounding = rounding(axis, channels, 0, 255, 9);
    assertThat(rounding.isFused()).isTrue();
    assertThat(rounding.composed().isFused()).isFalse();
  }

  /** Of sums in float over so many values of both signs, up to the reach of codes. */
  private static float scaleError(Rounding rounding) {
    return 1e-5f * (rounding.high() - rounding.low()) * (float) Math.sqrt(rounding.x().count());
  }

  /**
   * Where no code is at an end of the range, the next zero point is as far as its gradient says.
   */
  @ParameterizedTest
  @CsvSource({"0, 15, 6", "-8, 7, -1", "0, 255, 0", "-128, 127, 126"})
  void theZeroPointsGradientIsTheDifferenceThatOneMakes(int low, int high, int zeroPoint) {
    int below = low - zeroPoint;
    int above = high - zeroPoint;
    float[] codes = new float[97];
    Random random = new Random(high);
    for (int i = 0; i < codes.length; i++)
      codes[i] =
          switch (i % 3) {
            case 0 -> below - 2 - random.nextInt(9);
            case 1 -> above + 2 + random.nextInt(9);
            default -> below + 2 + random.nextInt(above - below - 4);
          };
    float scale = 0.25f;
    float[] values = new float[codes.length];
    for (int i = 0; i < values.length; i++) values[i] = codes[i] * scale;
    Tensor x = Tensor.ofFloats(values, 1, codes.length);
    float[] weights = drawn(new Random(9), 1, 1, codes.length).toFloats();
    Result before = at(x, scale, zeroPoint, low, high).result(false, true);
    Result after = at(x, scale, zeroPoint + 1, low, high).result(false, true);
    double difference = 0;
    for (int i = 0; i < values.length; i++)
      difference += weights[i] * (after.y()[i] - before.y()[i]);
    assertThat(difference).isNotZero();
    // It was added twice.
    assertThat(before.dzero()[0] / 2.0).isCloseTo(difference, within(1e-5));
    assertThat(after.dzero()[0] / 2.0).isCloseTo(difference, within(1e-5));
    Result composed = at(x, scale, zeroPoint, low, high).composed().result(false, true);
    assertThat(composed.dzero()[0] / 2.0).isCloseTo(difference, within(1e-5));
  }

  private static Rounding at(Tensor x, float scale, int zeroPoint, int low, int high) {
    return new Rounding(x, Tensor.scalar(scale), Tensor.scalar((float) zeroPoint), 0, low, high);
  }

  /** What is between two codes is the even one, and what is beyond them all the last. */
  @ParameterizedTest
  @CsvSource({"2.5, 2", "2.51, 3", "-0.4, 0", "-7, 0", "15.7, 15", "400, 15"})
  void aZeroPointIsRoundedToACode(float zeroPoint, int code) {
    Tensor x = drawn(new Random(3), 2, 4, 40);
    for (boolean composed : new boolean[] {false, true}) {
      Rounding real = new Rounding(x, Tensor.scalar(0.25f), Tensor.scalar(zeroPoint), 0, 0, 15);
      Rounding whole = at(x, 0.25f, code, 0, 15);
      Result found = (composed ? real.composed() : real).result(false, true);
      Result wanted = (composed ? whole.composed() : whole).result(false, true);
      assertThat(found.y()).isEqualTo(wanted.y());
      assertThat(found.dx()).isEqualTo(wanted.dx());
      assertThat(found.dscale()).isEqualTo(wanted.dscale());
      assertThat(found.dzero()).isEqualTo(wanted.dzero());
    }
  }

  /** NaN is no code; infinity is the last one. */
  @Test
  void notANumberStays() {
    Tensor x = Tensor.ofFloats(new float[] {Float.NaN, 1, Float.POSITIVE_INFINITY, -9}, 4);
    try (PointerScope scope = new PointerScope()) {
      Node node = FakeQuantization.node(List.of("x", "s", "z"), "y", 0, 0, 2);
      var inputs =
          List.of(
              TorchTensors.of(x),
              TorchTensors.of(Tensor.scalar(0.5f)),
              TorchTensors.of(Tensor.scalar(0f)));
      assertThat(TorchTensors.copy(rounded(node, inputs, scope)).toFloats())
          .containsExactly(Float.NaN, 1, 1, 0);
    }
  }
}
