package dev.halftone.quantize.qdq;

import static dev.halftone.quantize.Networks.IMAGE;
import static dev.halftone.quantize.Networks.SEQUENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.Networks;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.recipe.Recipe;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StaticModeTest {
  private static final DataSet IMAGES = RandomSamples.of(8, 1, IMAGE);
  private static final Map<String, Tensor> UNSEEN = RandomSamples.unseen(1, IMAGE);

  private static Quantized quantize(Model model, StaticRecipe recipe) {
    return StaticMode.quantize(model, recipe.build(), IMAGES, 1, Progress.NONE);
  }

  private static Model quantized(Model model) {
    return quantize(model, new StaticRecipe()).model();
  }

  @Test
  void everyOperatorOfAResidualNetworkComputesInIntegers() {
    Model model = Networks.residual().model(17);
    Model quantized = quantized(model);
    assertThat(Judge.sqnr(model, quantized, UNSEEN)).isGreaterThan(28);
    List<String> deployed = Judge.deployed(quantized);
    assertThat(deployed)
        .contains("QLinearConv", "QLinearAdd", "QLinearConcat", "QLinearGlobalAveragePool", "QGemm")
        .doesNotContain("Conv", "Add", "Concat", "Relu", "GlobalAveragePool", "Gemm");
    assertThat(deployed).filteredOn("QLinearConv"::equals).hasSize(5);
    assertThat(deployed).filteredOn("QuantizeLinear"::equals).hasSize(1);
  }

  @Test
  void matrixProductsComputeInIntegersAndGiveFloat() {
    Model model = Networks.products().model(13);
    DataSet data = RandomSamples.of(8, 1, SEQUENCE);
    Recipe recipe = new StaticRecipe().build();
    Model quantized = StaticMode.quantize(model, recipe, data, 1, Progress.NONE).model();
    assertThat(Judge.sqnr(model, quantized, RandomSamples.unseen(1, SEQUENCE))).isGreaterThan(30);
    assertThat(Judge.deployed(quantized))
        .containsExactly(
            "QuantizeLinear",
            "MatMulIntegerToFloat",
            "Tanh",
            "QuantizeLinear",
            "MatMulIntegerToFloat");
  }

  @Test
  void partsOfAConcatenationShareOneScale() {
    Model quantized = quantized(Networks.residual().model(13));
    List<String> scales =
        quantized.graph().nodes().stream()
            .filter(node -> node.is("QuantizeLinear"))
            .filter(node -> List.of("left", "right", "both").contains(node.input(0)))
            .map(node -> node.input(1))
            .toList();
    assertThat(scales).containsExactly("both_scale", "both_scale", "both_scale");
  }

  @Test
  void reluStaysUnderSymmetricActivations() {
    Model model = Networks.residual().model(13);
    Model quantized =
        quantize(model, new StaticRecipe().activations(DType.INT8).symmetric()).model();
    assertThat(Judge.operators(quantized)).filteredOn("Relu"::equals).hasSize(2);
    assertThat(Judge.sqnr(model, quantized, UNSEEN)).isGreaterThan(25);
    for (String zeroPoint : zeroPoints(quantized)) {
      assertThat(Judge.constant(quantized, zeroPoint).toLongs()).containsOnly(0);
    }
  }

  private static List<String> zeroPoints(Model model) {
    return model.graph().nodes().stream()
        .filter(node -> node.is("QuantizeLinear"))
        .map(node -> node.input(2))
        .toList();
  }

  @Test
  void reluIsLeftToTheSaturationOfAsymmetricActivations() {
    for (DType type : new DType[] {DType.UINT8, DType.INT8}) {
      Model model = Networks.residual().model(13);
      Model quantized = quantize(model, new StaticRecipe().activations(type)).model();
      assertThat(Judge.operators(quantized)).doesNotContain("Relu");
      assertThat(Judge.sqnr(model, quantized, UNSEEN)).isGreaterThan(28);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 3, true", "-3, -1, true", "0, 6, false", "-1, 2, false"})
  void clipKeepsABoundThatSaturationCannotHold(float low, float high, boolean kept) {
    Model model = Networks.clipped(low, high).model(13);
    Model quantized = quantized(model);
    assertThat(Judge.operators(quantized).contains("Clip")).isEqualTo(kept);
    assertThat(Judge.sqnr(model, quantized, UNSEEN)).isGreaterThan(30);
  }

  @Test
  void generatedNamesNeverMeetExistingOnes() {
    Model model =
        Networks.image()
            .normal("w", 0.2, 4, 4, 1, 1)
            .normal("x_scale", 1, 1)
            .normal("x_quantized", 1, 1)
            .normal("x_zero_point", 1, 1)
            .normal("w_quantized", 1, 1)
            .normal("y_dequantized", 1, 1)
            .node("Conv", "x w", "y")
            .node("Sub", "y x_scale", "a")
            .node("Div", "a x_quantized", "b")
            .node("Sub", "b x_zero_point", "c")
            .node("Sub", "c w_quantized", "d")
            .node("Sub", "d y_dequantized", "z")
            .output("z")
            .model(13);
    Model quantized = quantized(model);
    assertThat(Judge.sqnr(model, quantized, UNSEEN)).isGreaterThan(30);
    for (String name : List.of("x_scale", "x_quantized", "x_zero_point", "w_quantized")) {
      assertThat(Judge.constant(quantized, name).sameAs(Judge.constant(model, name))).isTrue();
    }
  }

  @Test
  void aQuantizedGraphOutputKeepsItsName() {
    Model model =
        Networks.image()
            .normal("w", 0.2, 4, 4, 3, 3)
            .node("Conv", "x w", "a")
            .node("Relu", "a", "y")
            .node("Conv", "y w", "z")
            .output("y")
            .output("z")
            .model(13);
    Model quantized = quantized(model);
    assertThat(quantized.graph().outputs()).extracting(ValueInfo::name).containsExactly("y", "z");
    assertThat(Judge.sqnr(model, quantized, UNSEEN)).isGreaterThan(30);
    assertThat(Judge.deployed(quantized)).doesNotContain("Conv");
  }

  @Test
  void aGraphInputIsReadInFloatAndInIntegers() {
    Model model =
        Networks.image()
            .normal("w", 0.2, 4, 4, 1, 1)
            .node("Conv", "x w", "c")
            .node("Sin", "x", "s")
            .node("Sub", "c s", "y")
            .output("y")
            .model(13);
    Model quantized = quantized(model);
    assertThat(reader(quantized, "Sin").inputs()).containsExactly("x");
    assertThat(Judge.sqnr(model, quantized, UNSEEN)).isGreaterThan(30);
  }

  private static Node reader(Model model, String opType) {
    return model.graph().nodes().stream().filter(node -> node.is(opType)).findFirst().orElseThrow();
  }

  @Test
  void excludedOperatorsStayInFloat() {
    Model model = Networks.residual().model(13);
    Quantized quantized = quantize(model, new StaticRecipe().exclude("c2_*", "y_node"));
    assertThat(Judge.deployed(quantized.model()))
        .contains("Gemm", "QLinearConv")
        .containsOnlyOnce("Conv");
    assertThat(Judge.sqnr(model, quantized.model(), UNSEEN)).isGreaterThan(30);
    assertThat(quantized.plan().nodes())
        .filteredOn(node -> node.reason().equals("excluded"))
        .extracting("name")
        .containsExactly("c2_node", "y_node");
  }

  @Test
  void anExcludedConvolutionWithRectifierIsNotQuantizedByTheRuntime() {
    Model model =
        Networks.image()
            .normal("w", 0.2, 4, 4, 3, 3)
            .normal("b", 1, 4)
            .node("Conv", "x w b", "a")
            .node("Conv", "a w b", "c")
            .node("Relu", "c", "r")
            .node("ConvTranspose", "r w b", "t")
            .node("Conv", "t w b", "y")
            .output("y")
            .model(13);
    Quantized quantized = quantize(model, new StaticRecipe().exclude("c_node"));
    List<String> deployed = Judge.deployed(quantized.model());
    assertThat(deployed).filteredOn("QLinearConv"::equals).hasSize(2);
    assertThat(deployed).filteredOn(name -> name.contains("Conv")).hasSize(4);
    assertThat(Judge.sqnr(model, quantized.model(), UNSEEN)).isGreaterThan(32);
  }

  @Test
  void anAveragePoolThatIntegersComputeOtherwiseStaysInFloat() {
    int[] two = {2, 2};
    for (Object[] attributes :
        new Object[][] {
          {"kernel_shape", two, "dilations", two},
          {"kernel_shape", two, "strides", two, "ceil_mode", 1, "count_include_pad", 1}
        }) {
      Model model =
          Networks.image()
              .normal("w", 0.2, 4, 4, 3, 3)
              .normal("b", 1, 4)
              .node("Conv", "x w b", "a")
              .node("AveragePool", "a", "p", attributes)
              .node("Conv", "p w b", "y")
              .output("y")
              .model(19);
      Model quantized = quantize(model, new StaticRecipe()).model();
      assertThat(Judge.deployed(quantized))
          .contains("QLinearConv", "AveragePool")
          .doesNotContain("QLinearAveragePool");
      assertThat(Judge.sqnr(model, quantized, UNSEEN)).isGreaterThan(30);
    }
  }

  @Test
  void anExcludedSumIsNotQuantizedByTheRuntime() {
    Model model = Networks.residual().model(13);
    String sum =
        model.graph().nodes().stream()
            .filter(node -> node.is("Add"))
            .findFirst()
            .orElseThrow()
            .name();
    Model quantized = quantize(model, new StaticRecipe().exclude(sum)).model();
    assertThat(Judge.deployed(quantized)).contains("Add").doesNotContain("QLinearAdd");
  }

  @Test
  void aModelWithoutLinearOperatorsIsGivenBackWithTheReason() {
    Model model =
        Networks.image().node("Relu", "x", "r").node("Exp", "r", "y").output("y").model(7);
    Quantized quantized = quantize(model, new StaticRecipe());
    assertThat(quantized.model()).isEqualTo(model);
    assertThat(quantized.plan().warnings())
        .containsExactly(
            "no operator computes in integers: the model has no convolution and no matrix product");
    assertThat(quantized.plan().nodes()).extracting("quantized").containsOnly(false);
  }

  @ParameterizedTest
  @EnumSource(names = {"INT16", "UINT16"})
  void sixteenBitActivationsAreNearlyExact(DType type) {
    Model model = Networks.residual().model(13);
    Model quantized = quantize(model, new StaticRecipe().wholeRange().activations(type)).model();
    assertThat(quantized.opset()).isEqualTo(21);
    assertThat(Judge.sqnr(model, quantized, UNSEEN)).isGreaterThan(36);
  }

  @Test
  void neitherTheRunNorTheThreadsShowInTheFile(@TempDir Path folder) throws IOException {
    Model model = Networks.residual().model(13);
    Path first = folder.resolve("first.onnx");
    write(model, 1, first);
    for (int threads : new int[] {1, 2}) {
      Path again = folder.resolve(threads + ".onnx");
      write(model, threads, again);
      assertThat(again).hasSameBinaryContentAs(first);
    }
    assertThat(Files.size(first)).isGreaterThan(1000);
  }

  private static void write(Model model, int threads, Path file) {
    Recipe recipe = new StaticRecipe().build();
    Model quantized = StaticMode.quantize(model, recipe, IMAGES, threads, Progress.NONE).model();
    OnnxWriter.write(quantized, file, ExternalData.WHEN_NEEDED);
  }

  @Test
  void reportsWhatBecameOfEachTensor() {
    Quantized quantized = quantize(Networks.residual().model(13), new StaticRecipe());
    Collection<String> tensors =
        quantized.plan().tensors().stream().map(tensor -> tensor.name()).toList();
    assertThat(tensors).contains("x", "r1", "w1", "b1", "w5", "b5").doesNotHaveDuplicates();
  }

  @Test
  void aValueThatAlwaysWasZeroIsNoTrouble() {
    Model model =
        Networks.image()
            .constant("w", Tensor.ofFloats(new float[4 * 4], 4, 4, 1, 1))
            .normal("b", 1, 4)
            .normal("v", 0.2, 4, 4, 1, 1)
            .node("Conv", "x w", "zero")
            .node("Conv", "zero v b", "y")
            .output("y")
            .model(13);
    assertThat(Judge.sqnr(model, quantized(model), UNSEEN)).isGreaterThan(40);
  }

  @Test
  void bodiesReadAQuantizedValue() {
    Model model =
        Networks.image()
            .normal("w", 0.2, 4, 4, 1, 1)
            .node("Conv", "x w", "c")
            .node("ReduceMax", "x", "m", "keepdims", 0)
            .node("Cast", "m", "positive", "to", 9)
            .node(
                "If",
                "positive",
                "y",
                "then_branch",
                new Graphs(2).node("Tanh", "c", "t").output("t").graph(),
                "else_branch",
                new Graphs(2).node("Neg", "c", "e").output("e").graph())
            .output("y")
            .model(13);
    assertThat(Judge.sqnr(model, quantized(model), UNSEEN)).isGreaterThan(30);
  }
}
