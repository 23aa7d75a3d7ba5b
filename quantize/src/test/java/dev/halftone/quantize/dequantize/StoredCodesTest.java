package dev.halftone.quantize.dequantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.weights.WeightsMode;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What weights mode stores in any form comes back as float constants. */
class StoredCodesTest {
  private static final Map<String, Tensor> X =
      Map.of("x", Graphs.normal(new Random(9), 1, 1, 16, 12, 12));
  private static final Granularity BLOCKS = new Granularity.PerBlock(32);

  /** A convolution, whose weight is decoded, and a product. */
  private static Graphs network() {
    return new Graphs(1)
        .input("x", 1, 16, 12, 12)
        .normal("k", 0.1, 40, 16, 3, 3)
        .normal("w", 0.1, 10, 75)
        .node("Conv", "x k", "c")
        .node("MatMul", "c w", "y")
        .output("y");
  }

  static Stream<WeightFormat> formats() {
    return Stream.concat(
        WeightFormat.all().stream(),
        Stream.of("codebook:4:group:8", "codebook:3:shared").map(WeightFormat::parse));
  }

  private static Recipe recipe(
      WeightFormat weights, Granularity granularity, boolean symmetric, ScaleStorage scales) {
    return new Recipe(
        Mode.WEIGHTS,
        weights,
        DType.FLOAT32,
        granularity,
        false,
        symmetric,
        false,
        false,
        false,
        false,
        Calibration.MSE,
        List.of(),
        List.of(),
        false,
        new ScaleSearch.AbsMax(),
        scales);
  }

  /** Products of 8 bits and less round their inputs as they run, so much is lost to that. */
  private static void checkUndone(Model model, Recipe recipe, double sqnr) {
    Model quantized = WeightsMode.apply(model, recipe, 1).model();
    assertThat(QuantizedParts.of(quantized).isEmpty()).isFalse();
    Model floats = Dequantizer.toFloat(quantized);
    assertThat(QuantizedParts.of(floats).parts()).isEmpty();
    assertThat(Judge.operators(floats)).isEqualTo(Judge.operators(model));
    assertThat(Judge.constantBytes(floats)).isEqualTo(Judge.constantBytes(model));
    assertThat(Judge.sqnr(quantized, floats, X)).isGreaterThan(sqnr);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void everyFormatComesBack(WeightFormat format) {
    boolean element = format instanceof WeightFormat.Element;
    ScaleStorage floats = new ScaleStorage.Float32();
    for (Granularity granularity : List.of(BLOCKS, new Granularity.PerTile(8, 24)))
      checkUndone(
          network().model(13), recipe(format, granularity, true, floats), element ? 35 : 110);
  }

  @ParameterizedTest
  @ValueSource(strings = {"int3", "int4", "uint4", "uint8", "int16", "uint16"})
  void zeroPointsAreTakenOff(String format) {
    for (Granularity granularity : List.of(BLOCKS, new Granularity.PerTile(8, 24)))
      checkUndone(
          network().model(21),
          recipe(WeightFormat.parse(format), granularity, false, new ScaleStorage.Float32()),
          35);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp16", "bf16", "fp8", "e8m0", "double"})
  void scalesAreComputed(String storage) {
    Granularity fine = new Granularity.PerBlock(16);
    for (String format : List.of("int4", "nf4"))
      checkUndone(
          network().model(21),
          recipe(WeightFormat.parse(format), fine, true, ScaleStorage.parse(storage)),
          35);
  }

  @Test
  void weightsOfBodiesComeBackToo() {
    Graph body = withoutInputs(network().graph());
    Graph other = new Graphs(3).node("Neg", "x", "z").output("z").graph();
    Model model =
        new Graphs(2)
            .input("x", 1, 16, 12, 12)
            .constant("b", Tensor.ofBytes(DType.BOOL, new byte[] {1}))
            .output("out")
            .node("If", "b", "out", "then_branch", body, "else_branch", other)
            .model(13);
    checkUndone(
        model, recipe(WeightFormat.parse("nf4"), BLOCKS, true, new ScaleStorage.Float32()), 110);
  }

  private static Graph withoutInputs(Graph graph) {
    return new Graph(
        "body",
        graph.nodes(),
        graph.initializers(),
        List.of(),
        graph.outputs(),
        List.of(),
        graph.opaque());
  }

  /** Integers that a model computes with for reasons of its own are not codes. */
  @Test
  void otherConstantsStay() {
    Model model =
        new Graphs(1)
            .input("x", 4, 8)
            .constant("two", Tensor.scalar(2f))
            .normal("v", 1, 8)
            .node("Mul", "v two", "twice")
            .node("Add", "x twice", "y")
            .output("y")
            .model(13);
    assertThat(StoredCodes.decode(model)).isSameAs(model);
  }
}
