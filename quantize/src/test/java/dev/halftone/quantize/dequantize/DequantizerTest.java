package dev.halftone.quantize.dequantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.Networks;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.quantize.dynamic.DynamicMode;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.quantize.weights.WeightsMode;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DequantizerTest {
  private static final Map<String, Tensor> X = Map.of("x", Graphs.normal(new Random(7), 1, 4, 64));

  private static Graphs x() {
    return new Graphs(1).input("x", 4, 64).output("y");
  }

  @Test
  void undoesWeightsAndDynamicModes() {
    Model model =
        x().normal("w", 0.1, 64, 64)
            .normal("v", 0.1, 48, 64)
            .node("MatMul", "x w", "a")
            .node("Tanh", "a", "t")
            .node("Gemm", "t v", "y", "transB", 1)
            .model(21);
    for (DType weights : List.of(DType.INT8, DType.INT4)) {
      Model quantized =
          WeightsMode.apply(
                  model, Judge.recipe(Mode.WEIGHTS, weights, new Granularity.PerBlock(32)), 1)
              .model();
      checkUndone(quantized, X, 35);
    }
    checkUndone(
        DynamicMode.apply(
                model, Judge.recipe(Mode.DYNAMIC, DType.INT8, new Granularity.PerChannel()), 1)
            .model(),
        X,
        30);
  }

  @Test
  void undoesStoredWeightsTablesAndLstms() {
    Model lstm =
        new Graphs(4)
            .input("x", 10, 1, 24)
            .normal("w", 0.3, 2, 128, 24)
            .normal("r", 0.2, 2, 128, 32)
            .output("y")
            .node("LSTM", "x w r", "y", "hidden_size", 32, "direction", "bidirectional")
            .model(15);
    Map<String, Tensor> sequence = Map.of("x", Graphs.normal(new Random(3), 1, 10, 1, 24));
    checkUndone(
        DynamicMode.apply(
                lstm, Judge.recipe(Mode.DYNAMIC, DType.INT8, new Granularity.PerChannel()), 1)
            .model(),
        sequence,
        30);
    Model table =
        new Graphs(1)
            .input("ids", DType.INT64, 3)
            .normal("table", 1, 50, 64)
            .output("y")
            .node("Gather", "table ids", "y")
            .model(13);
    Map<String, Tensor> ids = Map.of("ids", Tensor.ofLongs(new long[] {0, 49, 3}, 3));
    for (DType weights : List.of(DType.INT8, DType.INT4)) {
      checkUndone(
          WeightsMode.apply(
                  table, Judge.recipe(Mode.WEIGHTS, weights, new Granularity.PerBlock(32)), 1)
              .model(),
          ids,
          120);
    }
  }

  private static void checkUndone(Model quantized, Map<String, Tensor> inputs, double sqnr) {
    assertThat(QuantizedParts.of(quantized).isEmpty()).isFalse();
    Model floats = Dequantizer.toFloat(quantized);
    assertThat(QuantizedParts.of(floats).parts()).isEmpty();
    assertThat(Judge.sqnr(quantized, floats, inputs)).isGreaterThan(sqnr);
  }

  @Test
  void undoesAsymmetricStoredWeights() {
    Recipe symmetric = Judge.recipe(Mode.WEIGHTS, DType.UINT4, new Granularity.PerBlock(32));
    Recipe asymmetric =
        new Recipe(
            symmetric.mode(),
            symmetric.weightType(),
            symmetric.activations(),
            symmetric.granularity(),
            false,
            false,
            false,
            false,
            false,
            true,
            symmetric.calibration(),
            List.of(),
            List.of(),
            false);
    Model model =
        new Graphs(1)
            .input("x", 1, 16, 10, 10)
            .normal("k", 0.1, 32, 16, 3, 3)
            .output("y")
            .node("Conv", "x k", "y")
            .model(21);
    Map<String, Tensor> image = Map.of("x", Graphs.normal(new Random(9), 1, 1, 16, 10, 10));
    for (Recipe recipe : List.of(symmetric, asymmetric)) {
      Model quantized = WeightsMode.apply(model, recipe, 1).model();
      assertThat(Judge.sqnr(model, quantized, image)).isGreaterThan(16);
      assertThat(Judge.deployed(quantized)).doesNotContain("Cast", "Sub", "Mul");
      checkUndone(quantized, image, 110);
    }
  }

  @Test
  void pairsAroundActivationsGo() {
    Model model =
        x().constant("s", Tensor.scalar(0.05f))
            .constant("z", Tensor.ofBytes(DType.UINT8, new byte[] {(byte) 128}))
            .constant("w", Tensor.ofBytes(DType.INT8, new byte[] {1, -2, 3, 4}, 4, 1))
            .constant("ws", Tensor.ofFloats(new float[] {0.5f, 1, 2, 4}, 4))
            .node("QuantizeLinear", "x s z", "q")
            .node("DequantizeLinear", "q s z", "d")
            .node("DequantizeLinear", "w ws", "wd", "axis", 0)
            .node("Mul", "d wd", "m")
            .node("QuantizeLinear", "m s z", "mq")
            .node("Transpose", "mq", "mt", "perm", new int[] {1, 0})
            .node("DequantizeLinear", "mt s z", "y")
            .model(13);
    Model floats = Dequantizer.toFloat(model);
    assertThat(QuantizedParts.of(floats).parts()).isEmpty();
    assertThat(Judge.constant(floats, "wd").toFloats()).containsExactly(0.5f, -2f, 6f, 16f);
    float[] x = Objects.requireNonNull(X.get("x")).toFloats();
    float[] y = Judge.run(floats, X);
    assertThat(y[1]).isEqualTo(x[64] * -2f);
  }

  @Test
  void integerOperatorsBecomeFloatOnes() {
    Model model =
        new Graphs(1)
            .input("x", 1, 2, 5, 5)
            .constant("s", Tensor.scalar(0.02f))
            .constant("z", Tensor.ofBytes(DType.UINT8, new byte[] {(byte) 128}))
            .constant("w", Tensor.ofBytes(DType.INT8, new byte[] {1, 2, 3, -4, 5, 6}, 3, 2, 1, 1))
            .constant("ws", Tensor.ofFloats(new float[] {0.1f, 0.2f, 0.3f}, 3))
            .constant("wz", Tensor.ofBytes(DType.INT8, new byte[3], 3))
            .constant("ys", Tensor.scalar(0.05f))
            .constant("b", Tensor.ofInts(new int[] {100, -100, 50}, 3))
            .node("QuantizeLinear", "x s z", "q")
            .node("QLinearConv", "q s z w ws wz ys z b", "c")
            .node("DequantizeLinear", "c ys z", "y")
            .output("y")
            .model(13);
    Model floats = Dequantizer.toFloat(model);
    assertThat(Judge.operators(floats)).containsExactly("Conv");
    Map<String, Tensor> image = Map.of("x", Graphs.normal(new Random(5), 0.6, 1, 2, 5, 5));
    assertThat(Judge.sqnr(model, floats, image)).isGreaterThan(25);
  }

  @Test
  void quantizedOutputsOfTheGraphStay() {
    Model model =
        x().constant("s", Tensor.scalar(0.05f))
            .constant("z", Tensor.ofBytes(DType.UINT8, new byte[] {(byte) 128}))
            .node("QuantizeLinear", "x s z", "y")
            .model(13);
    assertThat(Judge.operators(Dequantizer.toFloat(model))).containsExactly("QuantizeLinear");
  }

  @Test
  void scalesThatDoNotFitAreRefused() {
    Model model =
        x().constant("w", Tensor.ofBytes(DType.INT8, new byte[4], 4, 1))
            .constant("ws", Tensor.ofFloats(new float[3], 3))
            .node("DequantizeLinear", "w ws", "wd", "axis", 0)
            .node("Mul", "x wd", "y")
            .model(13);
    assertThatThrownBy(() -> Dequantizer.toFloat(model))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage("node wd_node (DequantizeLinear): cannot decode FLOAT32[3] for INT8[4, 1]");
  }

  private static Model quantized(Model model, StaticRecipe recipe, long[] shape) {
    DataSet data = RandomSamples.of(8, 1, shape);
    return StaticMode.quantize(model, recipe.build(), data, 1, Progress.NONE).model();
  }

  /** Rounding of weights alone is left. */
  private static void checkRestored(
      Model model, StaticRecipe recipe, long[] shape, double sqnr, String... operators) {
    for (DType activations : List.of(DType.UINT8, DType.INT8)) {
      Model quantized = quantized(model, recipe.wholeRange().activations(activations), shape);
      Model floats = Dequantizer.toFloat(quantized);
      assertThat(QuantizedParts.of(floats).parts()).isEmpty();
      assertThat(Judge.operators(floats)).containsExactlyInAnyOrder(operators);
      // Far beyond what calibration saw: there the bounds show.
      for (double deviation : new double[] {1, 4})
        assertThat(Judge.sqnr(model, floats, RandomSamples.unseen(deviation, shape)))
            .isGreaterThan(sqnr);
    }
  }

  @Test
  void staticModeIsUndoneInBothForms() {
    String[] residual = {
      "Conv",
      "Relu",
      "Conv",
      "Add",
      "Relu",
      "MaxPool",
      "Conv",
      "Conv",
      "Concat",
      "Conv",
      "GlobalAveragePool",
      "Flatten",
      "Gemm"
    };
    for (StaticRecipe recipe : List.of(new StaticRecipe(), new StaticRecipe().operatorForm())) {
      checkRestored(Networks.residual().model(13), recipe, Networks.IMAGE, 35, residual);
      checkRestored(
          Networks.products().model(13), recipe, Networks.SEQUENCE, 35, "MatMul", "Tanh", "MatMul");
    }
  }

  @Test
  void clipsThatWereLeftToSaturationAreThereAgain() {
    for (StaticRecipe recipe : List.of(new StaticRecipe(), new StaticRecipe().operatorForm())) {
      // The range that calibration saw ends below 20.
      for (float high : new float[] {2, 6, 20}) {
        for (float low : new float[] {-1, 0}) {
          Model model = Networks.clipped(low, high).model(13);
          checkRestored(model, recipe, Networks.IMAGE, 35, "Conv", "Clip", "Conv");
        }
      }
    }
  }

  @Test
  void clipsOfOldOperatorSetsKeepTheirBoundsInAttributes() {
    Model model =
        Networks.image()
            .normal("w", 0.4, 8, 4, 3, 3)
            .normal("v", 0.2, 8, 8, 3, 3)
            .node("Conv", "x w", "c")
            .node("Clip", "c", "k", "min", 0f, "max", 2f)
            .node("Conv", "k v", "y")
            .output("y")
            .model(10);
    checkRestored(model, new StaticRecipe(), Networks.IMAGE, 35, "Conv", "Clip", "Conv");
  }

  /** {@code x → QuantizeLinear → DequantizeLinear → y}. */
  private static Graphs pair(float scale, int zeroPoint) {
    return x().constant("s", Tensor.scalar(scale))
        .constant("z", Tensor.ofBytes(DType.UINT8, new byte[] {(byte) zeroPoint}));
  }

  @Test
  void saturationBelowZeroIsARelu() {
    Graphs plain =
        pair(0.01f, 0).node("QuantizeLinear", "x s z", "q").node("DequantizeLinear", "q s z", "y");
    assertThat(Judge.operators(Dequantizer.toFloat(plain.model(13)))).containsExactly("Relu");
    Graphs six =
        pair(6f / 255, 0)
            .node("QuantizeLinear", "x s z", "q")
            .node("DequantizeLinear", "q s z", "y");
    assertThat(Judge.operators(Dequantizer.toFloat(six.model(13)))).containsExactly("Clip");
    Graphs withoutZeroPoint =
        pair(0.01f, 0).node("QuantizeLinear", "x s", "q").node("DequantizeLinear", "q s", "y");
    assertThat(Judge.operators(Dequantizer.toFloat(withoutZeroPoint.model(13))))
        .containsExactly("Relu");
  }

  @Test
  void recordsOfClipsThatMakeNoSenseAreIgnored() {
    Model plain =
        pair(0.01f, 0)
            .node("QuantizeLinear", "x s z", "q")
            .node("DequantizeLinear", "q s z", "y")
            .model(13);
    for (String record : List.of("", "nonsense", "0 high", "3 1", "NaN 1", "0 1 2")) {
      Model odd = plain.withMetadata(Map.of("halftone.clip.q", record, "other", "kept"));
      Model floats = Dequantizer.toFloat(odd);
      assertThat(Judge.operators(floats)).containsExactly("Relu");
      assertThat(floats.metadata()).containsExactly(Map.entry("other", "kept"));
    }
    Model sound = plain.withMetadata(Map.of("halftone.clip.q", "0.5 1.5"));
    assertThat(Judge.run(Dequantizer.toFloat(sound), X)).contains(0.5f, 1.5f);
  }

  @Test
  void whatIsKnownNotToBeNegativeGetsNoRelu() {
    Model model =
        pair(0.01f, 0)
            .node("Sigmoid", "x", "a")
            .node("Transpose", "a", "t", "perm", new int[] {1, 0})
            .node("QuantizeLinear", "t s z", "q")
            .node("DequantizeLinear", "q s z", "y")
            .model(13);
    assertThat(Judge.operators(Dequantizer.toFloat(model))).containsExactly("Sigmoid", "Transpose");
  }

  @Test
  void twoReadersOfOneQuantizedValueOfWhichOneIsAnOutput() {
    Model model =
        new Graphs(1)
            .input("x", 1, 2, 5, 5)
            .constant("s", Tensor.scalar(0.02f))
            .constant("z", Tensor.ofBytes(DType.UINT8, new byte[] {(byte) 128}))
            .constant("w", Tensor.ofBytes(DType.INT8, new byte[] {1, 2, 3, -4, 5, 6}, 3, 2, 1, 1))
            .constant("wz", Tensor.ofBytes(DType.INT8, new byte[1]))
            .node("QuantizeLinear", "x s z", "q")
            .node("QLinearConv", "q s z w s wz s z", "c")
            .node("DequantizeLinear", "c s z", "d")
            .node("DequantizeLinear", "c s z", "y")
            .node("Tanh", "d", "t")
            .output("y")
            .output("t")
            .model(13);
    Map<String, Tensor> image = Map.of("x", Graphs.normal(new Random(5), 0.6, 1, 2, 5, 5));
    Model floats = Dequantizer.toFloat(model);
    assertThat(Judge.operators(floats)).containsExactly("Conv", "Tanh");
    assertThat(Judge.sqnr(model, floats, image)).isGreaterThan(15);
  }

  @Test
  void aProductLargerThanItsCodesIsNoStoredWeight() {
    Model model =
        x().constant("c", Tensor.ofBytes(DType.INT8, new byte[] {1, 2, 3, 4}, 4, 1))
            .constant("s", Tensor.ofFloats(new float[256], 4, 64))
            .node("Cast", "c", "f", "to", 1)
            .node("Mul", "f s", "m")
            .node("Add", "x m", "y")
            .model(13);
    Model floats = Dequantizer.toFloat(model);
    assertThat(Judge.operators(floats)).containsExactly("Cast", "Mul", "Add");
  }
}
