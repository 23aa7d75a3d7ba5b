package dev.halftone.quantize.qoperator;

import static dev.halftone.quantize.Networks.IMAGE;
import static dev.halftone.quantize.Networks.SEQUENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.Networks;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OperatorFormTest {
  private static final DataSet IMAGES = RandomSamples.of(8, 1, IMAGE);
  private static final Map<String, Tensor> UNSEEN = RandomSamples.unseen(1, IMAGE);

  private static Model quantize(Model model, DataSet data, StaticRecipe recipe) {
    return StaticMode.quantize(model, recipe.build(), data, 1, Progress.NONE).model();
  }

  private static Model quantize(Model model, StaticRecipe recipe) {
    return quantize(model, IMAGES, recipe);
  }

  /** Both forms give the same answer up to {@code step}. */
  private static void assertAgree(Model qdq, Model form, Map<String, Tensor> x, double step) {
    float[] expected = Judge.run(qdq, x);
    float[] found = Judge.run(form, x);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i]).isCloseTo(expected[i], within(step * 1.01));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"UINT8", "INT8"})
  void aResidualNetworkHasNoPairsLeftInside(DType activations) {
    Model model = Networks.residual().model(13);
    Model qdq = quantize(model, new StaticRecipe().activations(activations));
    Model form = quantize(model, new StaticRecipe().activations(activations).operatorForm());
    assertThat(Judge.operators(form))
        .containsExactly(
            "QuantizeLinear",
            "QLinearConv",
            "QLinearConv",
            "QLinearAdd",
            "MaxPool",
            "QLinearConv",
            "QLinearConv",
            "QLinearConcat",
            "QLinearConv",
            "QLinearGlobalAveragePool",
            "Flatten",
            "QGemm");
    assertThat(form.opsets()).containsEntry("com.microsoft", 1L);
    assertThat(Judge.sqnr(model, form, UNSEEN)).isGreaterThan(28);
    assertAgree(qdq, form, UNSEEN, Judge.constant(qdq, "mean_scale").floatAt(0));
  }

  @Test
  void matrixProductsGiveFloat() {
    Model model = Networks.products().model(13);
    DataSet data = RandomSamples.of(8, 1, SEQUENCE);
    Map<String, Tensor> unseen = RandomSamples.unseen(1, SEQUENCE);
    Model form = quantize(model, data, new StaticRecipe().operatorForm());
    assertThat(Judge.operators(form))
        .containsExactly(
            "QuantizeLinear",
            "MatMulIntegerToFloat",
            "Tanh",
            "QuantizeLinear",
            "MatMulIntegerToFloat");
    assertAgree(quantize(model, data, new StaticRecipe()), form, unseen, 1e-4);
  }

  @Test
  void aRectifierThatSaturationCannotReplaceStaysBetweenPairs() {
    Model model = Networks.clipped(1, 3).model(13);
    Model form = quantize(model, new StaticRecipe().operatorForm());
    assertThat(Judge.operators(form))
        .containsExactly(
            "QuantizeLinear",
            "QLinearConv",
            "DequantizeLinear",
            "Clip",
            "QuantizeLinear",
            "QLinearConv",
            "DequantizeLinear");
    assertThat(Judge.sqnr(model, form, UNSEEN)).isGreaterThan(30);
  }

  @Test
  void anExcludedOperatorStaysInFloat() {
    Model model = Networks.residual().model(13);
    Model form = quantize(model, new StaticRecipe().operatorForm().exclude("c2_node"));
    assertThat(Judge.operators(form)).containsOnlyOnce("Conv");
    assertThat(Judge.sqnr(model, form, UNSEEN)).isGreaterThan(28);
  }

  @Test
  void inputsAndOutputsKeepTheirNamesAndTypes() {
    Model model =
        Networks.image()
            .normal("w", 0.2, 4, 4, 1, 1)
            .node("Conv", "x w", "a")
            .node("Sigmoid", "a", "s")
            .node("Mul", "a s", "y")
            .node("Conv", "y w", "z")
            .output("y")
            .output("z")
            .model(13);
    Model form = quantize(model, new StaticRecipe().operatorForm());
    assertThat(form.graph().outputs()).extracting(ValueInfo::name).containsExactly("y", "z");
    assertThat(form.graph().inputs()).isEqualTo(model.graph().inputs());
    assertThat(form.graph().nodes())
        .extracting(Node::opType)
        .contains("QLinearSigmoid", "QLinearMul")
        .doesNotContain("Conv", "Sigmoid", "Mul");
    assertThat(Judge.sqnr(model, form, UNSEEN)).isGreaterThan(28);
  }
}
