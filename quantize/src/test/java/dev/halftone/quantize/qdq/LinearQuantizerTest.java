package dev.halftone.quantize.qdq;

import static dev.halftone.quantize.Networks.IMAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.Networks;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.runtime.Progress;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearQuantizerTest {
  private static Model quantize(Model model, double deviation, StaticRecipe recipe) {
    return StaticMode.quantize(
            model, recipe.build(), RandomSamples.of(8, deviation, IMAGE), 1, Progress.NONE)
        .model();
  }

  private static double sqnr(Model model, double deviation, StaticRecipe recipe) {
    return Judge.sqnr(
        model, quantize(model, deviation, recipe), RandomSamples.unseen(deviation, IMAGE));
  }

  private static Graphs conv() {
    return Networks.image().node("Conv", "x w b", "y").output("y");
  }

  @Test
  void scalesAreByChannelOrOne() {
    Model model = conv().normal("w", 0.2, 6, 4, 3, 3).normal("b", 1, 6).model(13);
    Model perChannel = quantize(model, 1, new StaticRecipe());
    assertThat(Judge.constant(perChannel, "w_scale").shape()).containsExactly(6);
    assertThat(Judge.constant(perChannel, "b_scale").shape()).containsExactly(6);
    Model perTensor = quantize(model, 1, new StaticRecipe().perTensor());
    assertThat(Judge.constant(perTensor, "w_scale").rank()).isZero();
    assertThat(Judge.constant(perTensor, "b_scale").rank()).isZero();
    for (Model quantized : List.of(perChannel, perTensor)) {
      assertThat(Judge.constant(quantized, "b_quantized").dtype()).isEqualTo(DType.INT32);
      assertThat(Judge.deployed(quantized)).contains("QLinearConv").doesNotContain("Conv");
      assertThat(Judge.sqnr(model, quantized, RandomSamples.unseen(1, IMAGE))).isGreaterThan(35);
    }
  }

  @Test
  void channelsOfDifferentSizeKeepTheirPrecision() {
    float[] weights = Graphs.normal(new Random(3), 1, 4 * 4).toFloats();
    for (int i = 0; i < weights.length; i++) weights[i] *= (float) Math.pow(10, -(i / 4));
    Model model =
        Networks.image()
            .constant("w", Tensor.ofFloats(weights, 4, 4, 1, 1))
            .node("Conv", "x w", "y")
            .output("y")
            .model(13);
    Tensor scales = Judge.constant(quantize(model, 1, new StaticRecipe().wholeRange()), "w_scale");
    for (int c = 0; c < 4; c++) {
      float largest = 0;
      for (int i = 0; i < 4; i++) largest = Math.max(largest, Math.abs(weights[4 * c + i]));
      assertThat(scales.floatAt(c)).isEqualTo((float) ((double) largest / 127));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void neighboursSumToHalfTheCodesUnderAReducedRange(boolean perChannel) {
    Model model = conv().normal("w", 0.2, 6, 4, 3, 3).normal("b", 1, 6).model(13);
    StaticRecipe recipe = new StaticRecipe();
    if (!perChannel) recipe.perTensor();
    long[] codes = Judge.constant(quantize(model, 1, recipe), "w_quantized").toLongs();
    long largest = 0;
    for (int channel = 0; channel < 6; channel++) {
      for (int tap = 0; tap < 9; tap++) {
        for (int input = 0; input < 4; input += 2) {
          long a = codes[(channel * 4 + input) * 9 + tap];
          long b = codes[(channel * 4 + input + 1) * 9 + tap];
          largest =
              Math.max(largest, a * b > 0 ? Math.abs(a + b) : Math.max(Math.abs(a), Math.abs(b)));
        }
      }
    }
    assertThat(largest).isBetween(126L, 128L);
    assertThat(sqnr(model, 1, recipe)).isGreaterThan(30);
  }

  @Test
  void unsignedWeightsDoNotSaturateAndKeepTheirRange() {
    Model model = conv().normal("w", 0.2, 6, 4, 3, 3).normal("b", 1, 6).model(13);
    StaticRecipe recipe = new StaticRecipe().weights(DType.UINT8).perTensor();
    long[] codes = Judge.constant(quantize(model, 1, recipe), "w_quantized").toLongs();
    long largest = Arrays.stream(codes).map(code -> Math.abs(code - 128)).max().orElseThrow();
    assertThat(largest).isEqualTo(127);
    assertThat(sqnr(model, 1, recipe)).isGreaterThan(30);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aHugeBiasEnlargesTheScaleOfItsWeights(boolean perChannel) {
    float[] bias = {1e6f, -1e6f, 1, 0};
    Model model =
        conv().normal("w", 1e-4, 4, 4, 1, 1).constant("b", Tensor.ofFloats(bias, 4)).model(13);
    StaticRecipe recipe = perChannel ? new StaticRecipe() : new StaticRecipe().perTensor();
    Model quantized = quantize(model, 1e-4, recipe);
    long[] codes = Judge.constant(quantized, "b_quantized").toLongs();
    float[] scales = Judge.constant(quantized, "b_scale").toFloats();
    for (int c = 0; c < 4; c++) {
      assertThat(codes[c]).isBetween(-2147483646L, 2147483646L);
      double scale = scales[scales.length == 1 ? 0 : c];
      assertThat(Math.abs(codes[c] * scale - bias[c])).isLessThanOrEqualTo(scale / 2);
    }
    assertThat(sqnr(model, 1e-4, recipe)).isGreaterThan(30);
  }

  @Test
  void aSharedWeightIsStoredOnce() {
    Model model =
        Networks.image()
            .normal("w", 0.2, 4, 4, 3, 3)
            .normal("b", 1, 4)
            .constant("huge", Tensor.ofFloats(new float[] {1e4f, 0, 0, 0}, 4))
            .node("Conv", "x w b", "a")
            .node("Conv", "a w huge", "y")
            .output("y")
            .model(13);
    Model quantized = quantize(model, 1, new StaticRecipe());
    List<Tensor> stored =
        quantized.graph().initializers().values().stream()
            .filter(tensor -> tensor.dtype() == DType.INT8 && tensor.count() > 4)
            .toList();
    assertThat(stored).hasSize(1);
    List<String> weights =
        quantized.graph().nodes().stream()
            .filter(node -> node.is("Conv"))
            .map(node -> node.input(1))
            .toList();
    assertThat(weights).hasSize(2);
    assertThat(weights.get(0)).isEqualTo(weights.get(1));
    assertThat(Judge.sqnr(model, quantized, RandomSamples.unseen(1, IMAGE))).isGreaterThan(30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"w", "b"})
  void notANumberIsRefusedByName(String name) {
    Graphs graphs = conv();
    float[] values = new float[name.equals("w") ? 16 : 4];
    values[2] = Float.NaN;
    if (name.equals("w")) {
      graphs.constant("w", Tensor.ofFloats(values, 4, 4, 1, 1)).normal("b", 1, 4);
    } else {
      graphs.normal("w", 1, 4, 4, 1, 1).constant("b", Tensor.ofFloats(values, 4));
    }
    Model model = graphs.model(13);
    assertThatThrownBy(() -> quantize(model, 1, new StaticRecipe()))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining("initializer " + name)
        .hasMessageContaining("element 2")
        .hasMessageContaining("NaN");
  }

  @Test
  void betaIsPartOfTheStoredBias() {
    Model model =
        Networks.image()
            .normal("w", 0.1, 5, 4 * 12 * 12)
            .normal("b", 3, 5)
            .node("Flatten", "x", "flat")
            .node("Gemm", "flat w b", "y", "transB", 1, "beta", 0.25f)
            .output("y")
            .model(13);
    Model quantized = quantize(model, 1, new StaticRecipe());
    Node gemm =
        quantized.graph().nodes().stream().filter(n -> n.is("Gemm")).findFirst().orElseThrow();
    assertThat(gemm.real("beta", 1)).isEqualTo(1);
    assertThat(Judge.deployed(quantized)).contains("QGemm");
    assertThat(Judge.sqnr(model, quantized, RandomSamples.unseen(1, IMAGE))).isGreaterThan(30);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSearchLosesLess(boolean perChannel) {
    Model model = conv().constant("w", withOutliers(6, 4, 3, 3)).normal("b", 1, 6).model(13);
    StaticRecipe recipe = perChannel ? new StaticRecipe() : new StaticRecipe().perTensor();
    Model plain = quantize(model, 1, recipe);
    Model searched =
        StaticMode.quantize(
                model,
                recipe
                    .build()
                    .withScales(new ScaleSearch.SquaredError(), new ScaleStorage.Float32()),
                RandomSamples.of(8, 1, IMAGE),
                2,
                Progress.NONE)
            .model();
    assertThat(lost(model, searched)).isLessThan(lost(model, plain));
  }

  private static Tensor withOutliers(long... shape) {
    Tensor normal = Graphs.normal(new Random(9), 0.2, shape);
    float[] values = normal.toFloats();
    for (int i = 0; i < values.length; i += 36) values[i] *= 3;
    return Tensor.ofFloats(values, shape);
  }

  private static double lost(Model model, Model quantized) {
    float[] weights = Judge.constant(model, "w").toFloats();
    long[] codes = Judge.constant(quantized, "w_quantized").toLongs();
    float[] scales = Judge.constant(quantized, "w_scale").toFloats();
    double lost = 0;
    for (int i = 0; i < weights.length; i++) {
      float scale = scales[scales.length == 1 ? 0 : i / (weights.length / scales.length)];
      lost += Math.pow(weights[i] - codes[i] * (double) scale, 2);
    }
    return lost;
  }
}
