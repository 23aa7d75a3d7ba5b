package dev.halftone.quantize.qdq;

import static dev.halftone.quantize.Networks.IMAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Model;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.Networks;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreparedModelTest {
  private static Quantized quantize(Model model, StaticRecipe recipe) {
    return StaticMode.quantize(
        model, recipe.build(), RandomSamples.of(8, 1, IMAGE), 1, Progress.NONE);
  }

  private static double sqnr(Model model, Model quantized) {
    return Judge.sqnr(model, quantized, RandomSamples.unseen(1, IMAGE));
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 9, 11, 12})
  void anOldModelIsRaised(long opset) {
    Model model = Networks.residual().model(opset).withIrVersion(3);
    Quantized quantized = quantize(model, new StaticRecipe());
    assertThat(quantized.model().opset()).isEqualTo(13);
    assertThat(quantized.plan().warnings()).isEmpty();
    assertThat(sqnr(model, quantized.model())).isGreaterThan(25);
  }

  /** Operator set 13 has no such Resize any more. */
  private static Graphs resizing() {
    return Networks.image()
        .normal("w1", 0.2, 8, 4, 3, 3)
        .normal("b1", 0.2, 8)
        .normal("w2", 0.2, 4, 8, 3, 3)
        .constant("roi", Tensor.ofFloats(new float[0], 0))
        .constant("scales", Tensor.ofFloats(new float[] {1, 1, 2, 2}, 4))
        .node("Conv", "x w1 b1", "a")
        .node("Relu", "a", "r")
        .node(
            "Resize",
            "r roi scales",
            "t",
            "mode",
            "nearest",
            "coordinate_transformation_mode",
            "tf_half_pixel_for_nn")
        .node("Conv", "t w2", "y")
        .output("y");
  }

  @Test
  void whereTheModelCannotBeRaisedTheMicrosoftDomainHoldsTheIntegers() {
    Model model = resizing().model(11);
    Quantized quantized = quantize(model, new StaticRecipe());
    assertThat(quantized.model().opset()).isEqualTo(11);
    assertThat(quantized.model().opsets()).containsEntry("com.microsoft", 1L);
    assertThat(quantized.model().graph().nodes())
        .filteredOn(node -> node.opType().equals("QuantizeLinear"))
        .isNotEmpty()
        .allMatch(node -> node.domain().equals("com.microsoft"));
    assertThat(quantized.plan().warnings()).singleElement().asString().contains("t_node");
    assertThat(sqnr(model, quantized.model())).isGreaterThan(30);
    assertThat(Judge.deployed(quantized.model())).contains("QLinearConv").doesNotContain("Conv");
  }

  @Test
  void sixteenBitsAreWrittenInTheMicrosoftDomainToo() {
    Model model = resizing().model(11);
    Quantized quantized = quantize(model, new StaticRecipe().activations(DType.INT16));
    assertThat(quantized.model().opset()).isEqualTo(11);
    assertThat(sqnr(model, quantized.model())).isGreaterThan(36);
  }

  @Test
  void operatorFormRunsInAnOldOperatorSet() {
    Model model = resizing().model(11);
    Quantized quantized = quantize(model, new StaticRecipe().operatorForm());
    assertThat(Judge.operators(quantized.model())).contains("QLinearConv").doesNotContain("Conv");
    assertThat(sqnr(model, quantized.model())).isGreaterThan(30);
  }

  /** ScaledTanh was experimental up to operator set 9, where ONNX Runtime still runs it. */
  @ParameterizedTest
  @ValueSource(longs = {7, 9})
  void operatorSetsWithoutIntegerOperatorsStoreWeightsOnly(long opset) {
    Model model =
        Networks.image()
            .normal("w1", 0.2, 8, 4, 3, 3)
            .normal("w2", 0.2, 4, 8, 3, 3)
            .node("Conv", "x w1", "a")
            .node("ScaledTanh", "a", "t", "alpha", 1.5f, "beta", 0.5f)
            .node("Conv", "t w2", "y")
            .output("y")
            .model(opset);
    for (StaticRecipe recipe :
        new StaticRecipe[] {new StaticRecipe(), new StaticRecipe().operatorForm()}) {
      Quantized quantized = quantize(model, recipe);
      assertThat(quantized.model().opset()).isEqualTo(opset);
      assertThat(quantized.plan().warnings())
          .singleElement()
          .asString()
          .endsWith("a_node (Conv): operator set %d has no integer form of it".formatted(opset));
      assertThat(Judge.constantBytes(quantized.model())).isLessThan(1400);
      assertThat(sqnr(model, quantized.model())).isGreaterThan(35);
    }
  }
}
