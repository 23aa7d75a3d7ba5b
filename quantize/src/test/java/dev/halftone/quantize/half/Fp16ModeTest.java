package dev.halftone.quantize.half;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.Graph;
import dev.halftone.graph.MalformedModelException;
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
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Fp16ModeTest {
  private static final Recipe FP16 =
      Judge.recipe(Mode.FP16, DType.FLOAT16, new Granularity.PerTensor());
  private static final Map<String, Tensor> X = Map.of("x", Graphs.normal(new Random(7), 1, 4, 64));

  private static Graphs x() {
    return new Graphs(1).input("x", 4, 64).output("y");
  }

  @Test
  void inputsAndOutputsStayFloat() {
    Model model =
        x().normal("w", 0.1, 64, 48).node("MatMul", "x w", "h").node("Tanh", "h", "y").model(13);
    Quantized quantized = Fp16Mode.apply(model, FP16);
    assertThat(quantized.model().graph().inputs()).isEqualTo(model.graph().inputs());
    assertThat(Judge.operators(quantized.model()))
        .containsExactly("Cast", "MatMul", "Tanh", "Cast");
    assertThat(Judge.constantBytes(quantized.model())).isEqualTo(64 * 48 * 2);
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(55);
  }

  @Test
  void whatHasNoFloatsIsNotCalledConverted() {
    Model model =
        new Graphs(1).input("n", DType.INT32, 4).output("y").node("Add", "n n", "y").model(13);
    assertThat(Fp16Mode.apply(model, FP16).plan().nodes())
        .extracting("quantized", "reason")
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(false, "has no 32-bit floating-point values"));
  }

  @Test
  void constantsBeyondTheRangeKeepTheirNodeInFloat() {
    float[] variance = new float[48];
    java.util.Arrays.fill(variance, 1e6f);
    Model model =
        x().normal("w", 20, 64, 48)
            .normal("gamma", 1, 48)
            .normal("beta", 1, 48)
            .normal("mean", 1, 48)
            .constant("variance", Tensor.ofFloats(variance, 48))
            .node("MatMul", "x w", "h")
            .node("BatchNormalization", "h gamma beta mean variance", "y")
            .model(13);
    Quantized quantized = Fp16Mode.apply(model, FP16);
    assertThat(Judge.constant(quantized.model(), "variance").dtype()).isEqualTo(DType.FLOAT32);
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(50);
    assertThat(quantized.plan().nodes())
        .anyMatch(
            node ->
                node.opType().equals("BatchNormalization")
                    && node.reason().contains("variance has values beyond"));
  }

  @Test
  void masksAreCutToTheEndOfTheRange() {
    float[] mask = new float[64];
    for (int i = 32; i < mask.length; i++) mask[i] = -Float.MAX_VALUE;
    Model model =
        x().constant("mask", Tensor.ofFloats(mask, 1, 64))
            .node("Add", "x mask", "m")
            .node("Softmax", "m", "y", "axis", -1)
            .model(13);
    Quantized quantized = Fp16Mode.apply(model, FP16);
    assertThat(Judge.constant(quantized.model(), "mask").toFloats()[63]).isEqualTo(-65504f);
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(50);
  }

  @Test
  void castsAndFillsFollow() {
    Model model =
        new Graphs(1)
            .input("n", DType.INT64, 4)
            .constant("shape", Tensor.ofLongs(new long[] {4}, 1))
            .node("Cast", "n", "f", "to", 1)
            .node(
                "ConstantOfShape", "shape", "fill", "value", Tensor.ofFloats(new float[] {0.5f}, 1))
            .node("Mul", "f fill", "y")
            .output("y")
            .model(13);
    Quantized quantized = Fp16Mode.apply(model, FP16);
    Map<String, Tensor> n = Map.of("n", Tensor.ofLongs(new long[] {1, 2, 3, 4}, 4));
    assertThat(Judge.run(quantized.model(), n)).containsExactly(0.5f, 1f, 1.5f, 2f);
  }

  @Test
  void resizeKeepsItsScales() {
    Model model =
        new Graphs(1)
            .input("x", 1, 2, 4, 4)
            .constant("roi", Tensor.ofFloats(new float[0], 0))
            .constant("scales", Tensor.ofFloats(new float[] {1, 1, 1.5f, 1.5f}, 4))
            .node("Resize", "x roi scales", "y", "mode", "nearest")
            .output("y")
            .model(11);
    Quantized quantized = Fp16Mode.apply(model, FP16);
    Map<String, Tensor> image = Map.of("x", Graphs.normal(new Random(2), 1, 1, 2, 4, 4));
    assertThat(Judge.sqnr(model, quantized.model(), image)).isGreaterThan(60);
  }

  @Test
  void loopsCarryHalves() {
    Graph body =
        new Graphs(2)
            .input("i", DType.INT64)
            .input("go", DType.BOOL)
            .input("v", 4, 64)
            .node("MatMul", "v w", "a")
            .node("Tanh", "a", "next")
            .node("Identity", "go", "still")
            .output("still")
            .output("next")
            .graph();
    Model model =
        x().normal("w", 0.1, 64, 64)
            .constant("n", Tensor.ofLongs(new long[] {3}))
            .constant("yes", Tensor.ofBytes(DType.BOOL, new byte[] {1}))
            .node("Loop", "n yes x", "y", "body", body)
            .model(13);
    Quantized quantized = Fp16Mode.apply(model, FP16);
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(50);
  }

  @Test
  void operatorsWithoutASixteenBitFormStandBetweenCasts() {
    Model model =
        x().constant("axis", Tensor.ofLongs(new long[] {1}))
            .node("CumSum", "x axis", "sums")
            .node("Neg", "sums", "y")
            .model(11);
    Quantized quantized = Fp16Mode.apply(model, FP16);
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(50);
    assertThat(quantized.plan().nodes())
        .extracting("reason")
        .contains("has a 16-bit form only from operator set 14 on");
  }

  @Test
  void refusesNaNAndSequences() {
    Model nan =
        x().constant("w", Tensor.ofFloats(new float[] {1, Float.NaN}, 2, 1))
            .node("Add", "x w", "y")
            .model(13);
    assertThatThrownBy(() -> Fp16Mode.apply(nan, FP16))
        .isInstanceOf(MalformedModelException.class)
        .hasMessage("initializer w: NaN at element 1");
    Model sequence =
        x().node("SequenceConstruct", "x", "s")
            .node("ConcatFromSequence", "s", "y", "axis", 0)
            .model(13);
    assertThatThrownBy(() -> Fp16Mode.apply(sequence, FP16))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageStartingWith("node s_node (SequenceConstruct)");
  }

  @Test
  void brainFloatsAreStorageOnly() {
    Model model = x().normal("w", 0.1, 64, 48).node("MatMul", "x w", "y").model(11);
    Quantized quantized =
        Bf16Mode.apply(model, Judge.recipe(Mode.BF16, DType.BFLOAT16, new Granularity.PerTensor()));
    assertThat(Judge.deployed(quantized.model())).containsExactly("MatMul");
    assertThat(Judge.constantBytes(quantized.model())).isEqualTo(64 * 48 * 2);
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(40);
    assertThat(quantized.plan().warnings()).hasSize(1);
  }
}
