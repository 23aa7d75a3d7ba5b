package dev.halftone.quantize.dynamic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DynamicModeTest {
  private static final Recipe INT8 =
      Judge.recipe(Mode.DYNAMIC, DType.INT8, new Granularity.PerChannel());
  private static final Map<String, Tensor> X = Map.of("x", Graphs.normal(new Random(7), 1, 4, 64));

  private static Graphs x() {
    return new Graphs(1).input("x", 4, 64).output("y");
  }

  @Test
  void productsAreFusedWithTheirBias() {
    Model model =
        x().normal("w", 0.1, 48, 64)
            .normal("c", 1, 48)
            .node("Gemm", "x w c", "y", "transB", 1, "alpha", 2f)
            .model(13);
    for (DType weights : List.of(DType.INT8, DType.UINT8)) {
      Quantized quantized =
          DynamicMode.apply(
              model, Judge.recipe(Mode.DYNAMIC, weights, new Granularity.PerChannel()), 1);
      assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(35);
      assertThat(Judge.deployed(quantized.model())).containsExactly("DynamicQuantizeMatMul");
    }
  }

  @Test
  void oneQuantizationServesAllReadersOfAValue() {
    Model model =
        x().normal("q", 0.1, 64, 32)
            .normal("k", 0.1, 64, 32)
            .node("MatMul", "x q", "a")
            .node("MatMul", "x k", "b")
            .node("Add", "a b", "y")
            .model(17);
    Quantized quantized = DynamicMode.apply(model, INT8, 1);
    assertThat(Judge.operators(quantized.model())).containsOnlyOnce("DynamicQuantizeLinear");
    assertThat(Judge.deployed(quantized.model()))
        .contains("MatMulIntegerToFloat")
        .doesNotContain("MatMulInteger");
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(35);
  }

  @Test
  void raisesTheOperatorSetForProducts() {
    Model model = x().normal("w", 0.1, 64, 48).node("MatMul", "x w", "y").model(8);
    Quantized quantized = DynamicMode.apply(model, INT8, 1);
    assertThat(quantized.model().opset()).isEqualTo(11);
    assertThat(Judge.deployed(quantized.model())).containsExactly("DynamicQuantizeMatMul");
  }

  @Test
  void lstmsRunInIntegers() {
    Model model = recurrent("LSTM", 4).model(15);
    Quantized quantized = DynamicMode.apply(model, INT8, 1);
    assertThat(Judge.operators(quantized.model())).containsExactly("DynamicQuantizeLSTM");
    assertThat(Judge.sqnr(model, quantized.model(), sequence())).isGreaterThan(33);
    assertThat(Judge.constantBytes(quantized.model())).isLessThan(Judge.constantBytes(model) / 3);
  }

  @Test
  void otherRecurrencesAreStored() {
    Model model = recurrent("GRU", 3).model(15);
    Quantized quantized = DynamicMode.apply(model, INT8, 1);
    assertThat(Judge.deployed(quantized.model())).containsExactly("GRU");
    assertThat(Judge.sqnr(model, quantized.model(), sequence())).isGreaterThan(35);
    assertThat(quantized.plan().warnings()).hasSize(1);
  }

  private static Graphs recurrent(String type, int gates) {
    return new Graphs(4)
        .input("x", 10, 1, 24)
        .normal("w", 0.3, 2, gates * 32L, 24)
        .normal("r", 0.2, 2, gates * 32L, 32)
        .output("y")
        .node(type, "x w r", "y", "hidden_size", 32, "direction", "bidirectional");
  }

  private static Map<String, Tensor> sequence() {
    return Map.of("x", Graphs.normal(new Random(3), 1, 10, 1, 24));
  }

  @Test
  void convolutionsAreStoredUnlessEverythingIsAskedFor() {
    Model model =
        new Graphs(1)
            .input("x", 1, 16, 10, 10)
            .normal("k", 0.1, 32, 16, 3, 3)
            .normal("b", 0.1, 32)
            .output("y")
            .node("Conv", "x k b", "y", "pads", new int[] {1, 1, 1, 1})
            .model(13);
    Map<String, Tensor> image = Map.of("x", Graphs.normal(new Random(9), 1, 1, 16, 10, 10));
    Quantized stored = DynamicMode.apply(model, INT8, 1);
    assertThat(Judge.operators(stored.model())).containsExactly("Cast", "Mul", "Conv");
    assertThat(Judge.sqnr(model, stored.model(), image)).isGreaterThan(35);
    Recipe everything =
        new Recipe(
            INT8.mode(),
            INT8.weightType(),
            INT8.activations(),
            INT8.granularity(),
            false,
            true,
            false,
            false,
            false,
            true,
            INT8.calibration(),
            List.of(),
            List.of(),
            true);
    Quantized integers = DynamicMode.apply(model, everything, 1);
    assertThat(Judge.operators(integers.model())).contains("ConvInteger");
    assertThat(Judge.sqnr(model, integers.model(), image)).isGreaterThan(30);
  }

  @Test
  void layerNormalizationIsWrittenForTheFasterKernel() {
    for (long opset : new long[] {17, 18}) {
      Model model =
          normalized()
              .node("LayerNormalization", "h gamma beta", "y", "axis", -1, "epsilon", 1e-3f)
              .model(opset);
      checkNormalization(model, DynamicMode.apply(model, INT8, 1).model());
    }
  }

  @Test
  void layerNormalizationInStepsIsWrittenForTheFasterKernelToo() {
    Model model =
        normalized()
            .constant("two", Tensor.scalar(2f))
            .constant("eps", Tensor.scalar(1e-3f))
            .node("ReduceMean", "h", "m", "axes", new int[] {-1})
            .node("Sub", "h m", "d")
            .node("Pow", "d two", "p")
            .node("ReduceMean", "p", "v", "axes", new int[] {-1})
            .node("Add", "v eps", "ve")
            .node("Sqrt", "ve", "s")
            .node("Div", "d s", "n")
            .node("Mul", "n gamma", "g")
            .node("Add", "g beta", "y")
            .model(13);
    checkNormalization(model, DynamicMode.apply(model, INT8, 1).model());
  }

  private static Graphs normalized() {
    return x().normal("w", 0.1, 64, 48)
        .normal("gamma", 1, 48)
        .normal("beta", 1, 48)
        .node("MatMul", "x w", "h");
  }

  private static void checkNormalization(Model model, Model quantized) {
    assertThat(Judge.deployed(model)).contains("LayerNormalization");
    assertThat(Judge.deployed(quantized))
        .contains("SimplifiedLayerNormalization")
        .doesNotContain("LayerNormalization");
    assertThat(Judge.sqnr(model, quantized, X)).isGreaterThan(33);
  }

  @Test
  void refusesNarrowWeights() {
    Recipe narrow = Judge.recipe(Mode.DYNAMIC, DType.INT4, new Granularity.PerChannel());
    Model model = x().normal("w", 0.1, 64, 48).node("MatMul", "x w", "y").model(17);
    assertThatThrownBy(() -> DynamicMode.apply(model, narrow, 1))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage("recipe: dynamic mode has weights of 8 bits (INT8, UINT8), found INT4");
  }
}
