package dev.halftone.quantize.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.Graph;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Model;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.Rule;
import dev.halftone.recipe.RuleMatcher;
import dev.halftone.recipe.RuleSettings;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsModeTest {
  private static final Recipe INT8 =
      Judge.recipe(Mode.WEIGHTS, DType.INT8, new Granularity.PerChannel());
  private static final Recipe INT4 =
      Judge.recipe(Mode.WEIGHTS, DType.INT4, new Granularity.PerBlock(32));
  private static final RuleSettings FOUR_BITS =
      new RuleSettings(
          null,
          new WeightFormat.Element(DType.INT4),
          new Granularity.PerBlock(32),
          new ScaleSearch.SquaredError(),
          null);
  private static final Map<String, Tensor> X = Map.of("x", Graphs.normal(new Random(7), 1, 4, 64));

  private static Graphs x() {
    return new Graphs(1).input("x", 4, 64).output("y");
  }

  @Test
  void productsByChannelAreFused() {
    Model model = x().normal("w", 0.1, 64, 48).node("MatMul", "x w", "y").model(17);
    Quantized quantized = WeightsMode.apply(model, INT8, 1);
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(35);
    assertThat(Judge.deployed(quantized.model())).containsExactly("MatMulNBits");
    assertThat(quantized.model().opset()).isEqualTo(17);
    assertThat(quantized.plan().tensors().getFirst().granularity()).isEqualTo("channel:1");
  }

  @Test
  void fourBitBlocksAreFusedAndRaiseTheOperatorSet() {
    Model model = x().normal("w", 0.1, 64, 48).node("MatMul", "x w", "y").model(17);
    Quantized quantized = WeightsMode.apply(model, INT4, 1);
    assertThat(quantized.model().opset()).isEqualTo(21);
    assertThat(quantized.model().irVersion()).isGreaterThanOrEqualTo(10);
    assertThat(Judge.operators(quantized.model())).containsExactly("DequantizeLinear", "MatMul");
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(16);
    assertThat(Judge.deployed(quantized.model())).containsExactly("MatMulNBits");
    assertThat(Judge.constantBytes(quantized.model())).isEqualTo(64 * 48 / 2 + 2 * 48 * 4);
  }

  @Test
  void aRuleWithFewerBitsRaisesTheOperatorSetForItsWeightAlone() {
    Model model =
        x().normal("v", 0.1, 64, 64)
            .normal("w", 0.1, 64, 48)
            .node("MatMul", "x v", "h")
            .node("MatMul", "h w", "y")
            .model(17);
    RuleMatcher small = new RuleMatcher(List.of("MatMul"), "*", 0, 64 * 48);
    Recipe recipe = INT8.withRules(List.of(new Rule(small, FOUR_BITS)));
    Quantized quantized = WeightsMode.apply(model, recipe, 1);
    assertThat(quantized.model().opset()).isEqualTo(21);
    assertThat(quantized.plan().tensors())
        .extracting(tensor -> tensor.format() + " " + tensor.granularity())
        .containsExactlyInAnyOrder("int8 channel:1", "int4 block:32:0");
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(15);
  }

  @Test
  void aWeightThatRulesWantInTwoFormsStaysInFloat() {
    Model model =
        x().normal("w", 0.1, 64, 64)
            .node("MatMul", "x w", "h")
            .node("Relu", "h", "r")
            .node("MatMul", "r w", "y")
            .model(17);
    String last = model.graph().nodes().getLast().label();
    RuleMatcher one = new RuleMatcher(List.of(), last, 0, Long.MAX_VALUE);
    Quantized quantized =
        WeightsMode.apply(model, INT8.withRules(List.of(new Rule(one, FOUR_BITS))), 1);
    assertThat(quantized.plan().tensors()).isEmpty();
    assertThat(quantized.plan().nodes())
        .anyMatch(node -> node.reason().contains("rules give different settings"));
  }

  /** ONNX Runtime has to compute with what the codes stand for, which it does not in every form. */
  @Test
  void twoBitProductsAreThoseOfTheirCodes() {
    for (long length : new long[] {64, 100, 512}) {
      for (long width : new long[] {10, 48}) {
        Graphs graphs = new Graphs(5).input("x", 4, length).output("y");
        Model product = graphs.normal("w", 0.1, length, width).node("MatMul", "x w", "y").model(17);
        Model turned =
            new Graphs(5)
                .input("x", 4, length)
                .output("y")
                .normal("w", 0.1, width, length)
                .normal("c", 1, width)
                .node("Gemm", "x w c", "y", "transB", 1)
                .model(17);
        for (int block : new int[] {16, 32, 64}) {
          checkTwoBits(product, length, block);
          checkTwoBits(turned, length, block);
        }
      }
    }
  }

  private static void checkTwoBits(Model model, long length, int block) {
    Map<String, Tensor> x = Map.of("x", Graphs.normal(new Random(7), 1, 4, length));
    for (DType dtype : List.of(DType.INT2, DType.UINT2)) {
      Recipe recipe = Judge.recipe(Mode.WEIGHTS, dtype, new Granularity.PerBlock(block));
      Quantized quantized = WeightsMode.apply(model, recipe, 1);
      Model decoded = withWeight(model, quantized.weights().getFirst().decoded().get());
      assertThat(Judge.sqnr(decoded, quantized.model(), x))
          .as("%s in blocks of %d of %d, %s", dtype, block, length, Judge.operators(model))
          .isGreaterThan(30);
    }
  }

  @Test
  void transposedGemmIsStoredTheOtherWayAndKeepsItsFactors() {
    Model model =
        x().normal("w", 0.1, 48, 64)
            .normal("c", 1, 48)
            .node("Gemm", "x w c", "y", "transB", 1, "alpha", 0.5f)
            .model(21);
    for (Recipe recipe : List.of(INT8, INT4)) {
      Quantized quantized = WeightsMode.apply(model, recipe, 1);
      assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(16);
      assertThat(Judge.deployed(quantized.model())).containsExactly("MatMulNBits");
      String granularity = recipe.weightType() == DType.INT8 ? "channel:0" : "block:32:1";
      assertThat(quantized.plan().tensors().getFirst().granularity()).isEqualTo(granularity);
    }
  }

  /** ONNX Runtime merges a Gemm with what follows before it sees where its weight comes from. */
  @ParameterizedTest
  @ValueSource(strings = {"Relu", "Sigmoid", "Tanh", "LeakyRelu", "Softplus", "Elu", "Identity"})
  void aGemmInFrontOfAnActivationIsFusedWithItsWeight(String activation) {
    for (long[] bias : new long[][] {{48}, {1, 48}, {4, 1}, {4, 48}, {1}, {}}) {
      for (boolean turned : new boolean[] {false, true}) {
        Graphs graphs = x().normal("w", 0.1, turned ? 48 : 64, turned ? 64 : 48);
        graphs.constant("c", Graphs.normal(new Random(3), 1, bias));
        Model model =
            graphs
                .node("Gemm", "x w c", "h", "transB", turned ? 1 : 0, "alpha", 0.5f)
                .node(activation, "h", "y")
                .model(17);
        for (Recipe recipe : List.of(INT8, INT4)) {
          Quantized quantized = WeightsMode.apply(model, recipe, 1);
          assertThat(Judge.deployed(quantized.model()))
              .contains("MatMulNBits")
              .doesNotContain("DequantizeLinear", "FusedGemm");
          assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(16);
        }
      }
    }
  }

  @Test
  void aSharedWeightIsStoredOnceAndStillFused() {
    Model model =
        x().normal("w", 0.1, 64, 64)
            .node("MatMul", "x w", "h")
            .node("Tanh", "h", "t")
            .node("MatMul", "t w", "y")
            .model(21);
    Quantized quantized = WeightsMode.apply(model, INT4, 1);
    assertThat(Judge.operators(quantized.model()))
        .containsExactly("MatMulNBits", "Tanh", "MatMulNBits");
    assertThat(Judge.constantBytes(quantized.model())).isEqualTo(64 * 64 / 2 + 2 * 64 * 4);
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(12);
  }

  @Test
  void explicitMatMulNBitsOnRequest() {
    Recipe explicit =
        new Recipe(
            INT4.mode(),
            DType.UINT4,
            INT4.activations(),
            INT4.granularity(),
            false,
            false,
            false,
            false,
            true,
            true,
            INT4.calibration(),
            List.of(),
            List.of(),
            false);
    Model model =
        new Graphs(3)
            .input("x", 4, 100)
            .normal("w", 0.1, 100, 48)
            .normal("c", 1, 48)
            .output("y")
            .node("Gemm", "x w c", "y")
            .model(13);
    Quantized quantized = WeightsMode.apply(model, explicit, 1);
    assertThat(Judge.operators(quantized.model())).containsExactly("MatMulNBits", "Add");
    assertThat(
            Judge.sqnr(
                model, quantized.model(), Map.of("x", Graphs.normal(new Random(5), 1, 4, 100))))
        .isGreaterThan(16);
  }

  @Test
  void tablesDecodeOnlyTheRowsThatAreRead() {
    Model model =
        new Graphs(1)
            .input("ids", DType.INT64, 3)
            .normal("table", 1, 50, 64)
            .output("y")
            .node("Gather", "table ids", "y")
            .model(13);
    Map<String, Tensor> ids = Map.of("ids", Tensor.ofLongs(new long[] {0, 49, -1}, 3));
    Quantized eight = WeightsMode.apply(model, INT8, 1);
    assertThat(Judge.sqnr(model, eight.model(), ids)).isGreaterThan(40);
    assertThat(eight.model().opset()).isEqualTo(13);
    assertThat(Judge.operators(eight.model())).containsExactly("Gather", "Gather", "Cast", "Mul");
    Quantized four = WeightsMode.apply(model, INT4, 1);
    assertThat(Judge.sqnr(model, four.model(), ids)).isGreaterThan(16);
    assertThat(Judge.operators(four.model())).containsExactly("GatherBlockQuantized");
  }

  @Test
  void convolutionsAndRecurrencesAreStoredAndFoldedWhenLoaded() {
    Model model =
        new Graphs(1)
            .input("x", 1, 16, 10, 10)
            .normal("k", 0.1, 32, 16, 3, 3)
            .normal("t", 0.1, 32, 16, 2, 2)
            .output("y")
            .node("Conv", "x k", "c", "pads", new int[] {1, 1, 1, 1})
            .node("ConvTranspose", "c t", "y", "strides", new int[] {2, 2})
            .model(9);
    Map<String, Tensor> image = Map.of("x", Graphs.normal(new Random(9), 1, 1, 16, 10, 10));
    Quantized eight = WeightsMode.apply(model, INT8, 1);
    assertThat(Judge.sqnr(model, eight.model(), image)).isGreaterThan(35);
    assertThat(Judge.deployed(eight.model())).doesNotContain("Cast", "Mul", "DequantizeLinear");
    assertThat(eight.model().opset()).isEqualTo(9);
    Quantized four = WeightsMode.apply(model, INT4, 1);
    assertThat(Judge.sqnr(model, four.model(), image)).isGreaterThan(14);
    assertThat(Judge.deployed(four.model())).doesNotContain("Cast", "Mul", "DequantizeLinear");
    assertThat(Judge.constantBytes(four.model())).isLessThan(Judge.constantBytes(model) / 5);
  }

  @Test
  void aWeightReadInFloatTooIsStoredOnce() {
    Model model =
        new Graphs(1)
            .input("ids", DType.INT64, 3)
            .normal("table", 0.2, 60, 64)
            .output("y")
            .node("Gather", "table ids", "rows")
            .node("Transpose", "table", "turned", "perm", new int[] {1, 0})
            .node("MatMul", "rows turned", "y")
            .model(17);
    Map<String, Tensor> ids = Map.of("ids", Tensor.ofLongs(new long[] {5, 6, 7}, 3));
    Quantized quantized = WeightsMode.apply(model, INT8, 1);
    assertThat(Judge.constantBytes(quantized.model())).isEqualTo(60 * 64 + 60 * 4);
    assertThat(Judge.sqnr(model, quantized.model(), ids)).isGreaterThan(38);
  }

  @Test
  void weightsOfBodiesAndOuterWeightsInBodies() {
    Graph body =
        new Graphs(2)
            .input("i", DType.INT64)
            .input("go", DType.BOOL)
            .input("v", 4, 64)
            .normal("inner", 0.1, 64, 64)
            .node("MatMul", "v outer", "a")
            .node("MatMul", "a inner", "b")
            .node("Tanh", "b", "next")
            .node("Identity", "go", "still")
            .output("still")
            .output("next")
            .graph();
    Model model =
        x().normal("outer", 0.1, 64, 64)
            .constant("n", Tensor.ofLongs(new long[] {3}))
            .constant("yes", Tensor.ofBytes(DType.BOOL, new byte[] {1}))
            .node("Loop", "n yes x", "y", "body", body)
            .model(21);
    for (Recipe recipe : List.of(INT8, INT4)) {
      Quantized quantized = WeightsMode.apply(model, recipe, 1);
      assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(10);
      assertThat(quantized.plan().tensors())
          .extracting("name")
          .containsExactlyInAnyOrder("outer", "inner");
      assertThat(quantized.model().graph().initializers()).doesNotContainKey("outer");
    }
  }

  @Test
  void halfPrecisionWeightsGiveHalfPrecisionValues() {
    Tensor weight = Graphs.normal(new Random(11), 0.1, 64, 48);
    Model model =
        x().constant("w", half(weight))
            .node("Cast", "x", "h", "to", 10)
            .node("MatMul", "h w", "p")
            .node("Cast", "p", "y", "to", 1)
            .model(17);
    Quantized quantized = WeightsMode.apply(model, INT8, 1);
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(35);
  }

  private static Tensor half(Tensor tensor) {
    byte[] bytes = new byte[(int) tensor.count() * 2];
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      short bits = Float.floatToFloat16(values[i]);
      bytes[2 * i] = (byte) bits;
      bytes[2 * i + 1] = (byte) (bits >> 8);
    }
    return Tensor.ofBytes(DType.FLOAT16, bytes, tensor.shape());
  }

  @Test
  void whatStaysInFloatHasAReason() {
    Model model =
        x().normal("small", 0.1, 64, 3)
            .normal("big", 0.1, 64, 64)
            .node("MatMul", "x big", "h")
            .node("MatMul", "h small", "y")
            .model(17);
    Recipe excluding =
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
            List.of("h_*"),
            false);
    Quantized quantized = WeightsMode.apply(model, excluding, 1);
    assertThat(quantized.model()).isSameAs(model);
    assertThat(quantized.plan().nodes())
        .extracting("reason")
        .containsExactly("excluded", "its weight is smaller than 1024 bytes");
  }

  @Test
  void refusesWeightsThatAreNotNumbers() {
    float[] values = new float[64 * 64];
    values[17] = Float.NaN;
    Model model =
        x().constant("w", Tensor.ofFloats(values, 64, 64)).node("MatMul", "x w", "y").model(17);
    assertThatThrownBy(() -> WeightsMode.apply(model, INT8, 2))
        .isInstanceOf(MalformedModelException.class)
        .hasMessage("initializer w: NaN at element 17");
  }

  @Test
  void namesNeverCollide() {
    Model model =
        x().normal("w", 0.1, 64, 48)
            .normal("w_quantized", 0.1, 48, 48)
            .normal("w_scale", 0.1, 48)
            .node("MatMul", "x w", "a")
            .node("MatMul", "a w_quantized", "b")
            .node("Add", "b w_scale", "y")
            .model(17);
    Quantized quantized = WeightsMode.apply(model, INT8, 1);
    assertThat(Judge.sqnr(model, quantized.model(), X)).isGreaterThan(30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp16", "bf16", "e8m0", "pow2-ceil", "double"})
  void storedScalesAreDecodedWhenLoadedAndKernelsStayFast(String text) {
    Model model =
        new Graphs(3)
            .input("x", 4, 640)
            .normal("w", 0.1, 640, 320)
            .normal("v", 0.1, 320, 640)
            .node("MatMul", "x w", "h")
            .node("Tanh", "h", "t")
            .node("MatMul", "t v", "y")
            .output("y")
            .model(21);
    Map<String, Tensor> x = Map.of("x", Graphs.normal(new Random(7), 1, 4, 640));
    Recipe stored = INT4.withScales(new ScaleSearch.SquaredError(), ScaleStorage.parse(text));
    Model plain = WeightsMode.apply(model, INT4, 2).model();
    Model quantized = WeightsMode.apply(model, stored, 2).model();
    assertThat(Judge.deployed(quantized)).containsExactly("MatMulNBits", "Tanh", "MatMulNBits");
    assertThat(Judge.constantBytes(quantized)).isLessThan(Judge.constantBytes(plain));
    assertThat(Judge.sqnr(model, quantized, x)).isGreaterThan(text.contains("2") ? 10 : 14);
  }

  @Test
  void fewScalesStayFloats() {
    Model model = x().normal("w", 0.1, 64, 48).node("MatMul", "x w", "y").model(21);
    Recipe stored = INT4.withScales(new ScaleSearch.AbsMax(), new ScaleStorage.Doubled());
    Model quantized = WeightsMode.apply(model, stored, 1).model();
    assertThat(Judge.operators(quantized)).containsExactly("DequantizeLinear", "MatMul");
  }

  @Test
  void aSearchLosesLess() {
    Model model =
        new Graphs(3)
            .input("x", 64, 512)
            .normal("w", 0.1, 512, 128)
            .node("MatMul", "x w", "y")
            .output("y")
            .model(21);
    Map<String, Tensor> x = Map.of("x", Graphs.normal(new Random(7), 1, 64, 512));
    Recipe searched = INT4.withScales(new ScaleSearch.SquaredError(), new ScaleStorage.Float32());
    double plain = Judge.sqnr(model, WeightsMode.apply(model, INT4, 1).model(), x);
    assertThat(Judge.sqnr(model, WeightsMode.apply(model, searched, 1).model(), x))
        .isGreaterThan(plain + 0.3);
  }

  private static Model withWeight(Model model, Tensor weight) {
    Graph graph = model.graph();
    Map<String, Tensor> constants = new HashMap<>(graph.initializers());
    constants.put("w", weight);
    return model.withGraph(
        new Graph(
            graph.name(),
            graph.nodes(),
            constants,
            graph.inputs(),
            graph.outputs(),
            graph.values(),
            graph.opaque()));
  }
}
