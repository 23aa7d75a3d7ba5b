package dev.halftone.quantize.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Model;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.plan.Quantized;
import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.Rule;
import dev.halftone.recipe.RuleMatcher;
import dev.halftone.recipe.RuleSettings;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks of two axes on element types: what ONNX Runtime makes of them. */
class TilesTest {
  private static Model product(int rows, int columns) {
    return new Graphs(1)
        .input("x", 3, rows)
        .output("y")
        .normal("w", 0.1, rows, columns)
        .node("MatMul", "x w", "y")
        .model(21);
  }

  private static Map<String, Tensor> samples(long... shape) {
    return Map.of("x", Graphs.normal(new Random(2), 1, shape));
  }

  private static Recipe recipe(DType weights, int channels, int length) {
    return Judge.recipe(Mode.WEIGHTS, weights, new Granularity.PerTile(channels, length));
  }

  private static Recipe asymmetric(Recipe recipe) {
    RuleSettings settings = new RuleSettings(null, null, null, null, false);
    return recipe.withRules(List.of(new Rule(RuleMatcher.ALL, settings)));
  }

  /** The model with what Halftone decodes in place of its weights. */
  private static Model decoded(Model model, Quantized quantized) {
    GraphEditor editor = new GraphEditor(model.graph());
    for (StoredWeight weight : quantized.weights())
      editor.replaceInitializer(weight.name(), weight.decoded().get());
    return model.withGraph(editor.toGraph());
  }

  @ParameterizedTest
  @CsvSource({
    "INT8, 64, 48",
    "INT4, 64, 48",
    "INT8, 70, 45",
    "INT4, 200, 37",
    "INT4, 512, 1",
    "INT8, 64, 10"
  })
  void productsRunFusedWithScalesOfTiles(DType weights, int rows, int columns) {
    Model model = product(rows, columns);
    Quantized quantized = WeightsMode.apply(model, recipe(weights, 16, 32), 2);
    assertThat(Judge.deployed(quantized.model())).containsExactly("MatMulNBits");
    Map<String, Tensor> x = samples(3, rows);
    assertThat(Judge.sqnr(decoded(model, quantized), quantized.model(), x)).isGreaterThan(35);
    long scales = Math.ceilDiv(rows, 32) * (long) Math.ceilDiv(columns, 16);
    assertThat(quantized.weights().getFirst().bytes())
        .isEqualTo(((long) rows * columns * weights.bits() + 7) / 8 + 4 * scales);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"INT8", "UINT8", "INT4", "UINT4", "INT2", "UINT2"})
  void whatIsNotFusedIsDecodedToTheBit(DType weights) {
    Model model =
        new Graphs(3)
            .input("x", 2, 16, 9, 9)
            .output("y")
            .normal("w", 0.1, 13, 16, 3, 3)
            .normal("m", 0.1, 2, 13, 7, 30)
            .node("Conv", "x w", "c")
            .node("MatMul", "c m", "y")
            .model(25);
    Quantized quantized = WeightsMode.apply(model, asymmetric(recipe(weights, 5, 10)), 2);
    assertThat(quantized.plan().tensors()).hasSize(2);
    Map<String, Tensor> x = samples(2, 16, 9, 9);
    assertThat(Judge.run(quantized.model(), x)).isEqualTo(Judge.run(decoded(model, quantized), x));
    assertThat(Judge.deployed(quantized.model())).doesNotContain("Gather", "DequantizeLinear");
  }

  @Test
  void tablesAndGatesAreTiledToo() {
    Model model =
        new Graphs(4)
            .input("x", 5, 1, 24)
            .output("y")
            .normal("w", 0.1, 1, 40, 24)
            .normal("r", 0.1, 1, 40, 10)
            .node("LSTM", "x w r", "y", "hidden_size", 10)
            .model(21);
    Quantized quantized = WeightsMode.apply(model, recipe(DType.INT8, 16, 7), 2);
    assertThat(quantized.plan().tensors())
        .extracting(tensor -> tensor.granularity())
        .containsExactly("block:16x7:2", "block:16x7:2");
    Map<String, Tensor> x = samples(5, 1, 24);
    assertThat(Judge.run(quantized.model(), x)).isEqualTo(Judge.run(decoded(model, quantized), x));
  }

  @Test
  void aTileLargerThanTheWeightIsTheWholeWeight() {
    Model model = product(40, 30);
    Quantized quantized = WeightsMode.apply(model, recipe(DType.INT8, 1024, 1024), 1);
    assertThat(quantized.plan().tensors().getFirst().granularity()).isEqualTo("tensor");
    Map<String, Tensor> x = samples(3, 40);
    assertThat(Judge.run(quantized.model(), x)).isEqualTo(Judge.run(decoded(model, quantized), x));
  }
}
