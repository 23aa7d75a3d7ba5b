package dev.halftone.quantize.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Model;
import dev.halftone.quantize.Graphs;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Files ask for no newer operator set and file format than what they hold needs. */
class OperatorSetTest {
  /** The newest that ONNX Runtime 1.20 knows. */
  private static final long OPSET_OF_1_20 = 21;

  private static final long IR_OF_1_20 = 10;

  private static Recipe recipe(String weights, Granularity granularity) {
    return new Recipe(
        Mode.WEIGHTS,
        WeightFormat.parse(weights),
        DType.FLOAT32,
        granularity,
        false,
        true,
        false,
        false,
        false,
        false,
        Calibration.MSE,
        List.of(),
        List.of(),
        false,
        new ScaleSearch.AbsMax(),
        new ScaleStorage.Float32());
  }

  private static Model convolution() {
    return new Graphs(1)
        .input("x", 1, 16, 12, 12)
        .normal("k", 0.1, 40, 16, 3, 3)
        .node("Conv", "x k", "y")
        .output("y")
        .model(9)
        .withIrVersion(4);
  }

  private static Model product() {
    return new Graphs(1)
        .input("x", 4, 64)
        .normal("w", 0.1, 64, 48)
        .node("MatMul", "x w", "y")
        .output("y")
        .model(9)
        .withIrVersion(4);
  }

  private static Model table() {
    return new Graphs(1)
        .input("ids", DType.INT64, 3)
        .normal("table", 1, 50, 64)
        .node("Gather", "table ids", "y")
        .output("y")
        .model(9)
        .withIrVersion(4);
  }

  @ParameterizedTest
  @CsvSource({
    "int8, 9, 4",
    "int2, 13, 7",
    "uint2, 13, 7",
    "int3, 13, 7",
    "int4, 13, 7",
    "uint4, 13, 7",
    "ternary, 13, 7",
    "nf4, 13, 7",
    "log4, 13, 7",
    "codebook:4, 13, 7",
    "fp8-e4m3, 19, 9",
    "fp8-e5m2, 19, 9",
    "fp4-e2m1, 19, 9",
    "mxfp4, 19, 9",
    "nvfp4, 19, 9"
  })
  void aWeightThatIsDecoded(String weights, long opset, long irVersion) {
    check(convolution(), recipe(weights, new Granularity.PerChannel()), opset, irVersion);
  }

  @ParameterizedTest
  @CsvSource({"int8, 13, 7", "int4, 13, 7", "nf4, 13, 7"})
  void blocksOfAWeightThatIsDecoded(String weights, long opset, long irVersion) {
    check(convolution(), recipe(weights, new Granularity.PerBlock(32)), opset, irVersion);
    check(convolution(), recipe(weights, new Granularity.PerTile(8, 24)), opset, irVersion);
  }

  @ParameterizedTest
  @CsvSource({"int8, 21, 10", "int4, 21, 10", "uint4, 21, 10", "int2, 13, 7", "nf4, 13, 7"})
  void aProductInBlocks(String weights, long opset, long irVersion) {
    check(product(), recipe(weights, new Granularity.PerBlock(32)), opset, irVersion);
  }

  @ParameterizedTest
  @CsvSource({"int8, 9, 4", "int4, 21, 10", "int3, 13, 7", "int2, 13, 7"})
  void aTable(String weights, long opset, long irVersion) {
    check(table(), recipe(weights, new Granularity.PerChannel()), opset, irVersion);
  }

  static Stream<String> formats() {
    return WeightFormat.all().stream().map(WeightFormat::name);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void noFormatNeedsMoreThanOldRuntimesKnow(String weights) {
    for (Model model : List.of(convolution(), product(), table())) {
      Recipe recipe = recipe(weights, new Granularity.PerBlock(32));
      Model quantized = WeightsMode.apply(model, recipe, 1).model();
      assertThat(quantized.opset()).isLessThanOrEqualTo(OPSET_OF_1_20);
      assertThat(quantized.irVersion()).isLessThanOrEqualTo(IR_OF_1_20);
    }
  }

  @Test
  void aSetThatCannotBeRaisedStays() {
    Model model =
        new Graphs(1)
            .input("x", 1, 16, 12, 12)
            .normal("k", 0.1, 40, 16, 3, 3)
            .node("Conv", "x k", "c")
            .node("Mystery", "c", "y")
            .output("y")
            .model(9);
    Recipe recipe = recipe("int4", new Granularity.PerBlock(32));
    assertThat(WeightsMode.apply(model, recipe, 1).plan().warnings())
        .anyMatch(warning -> warning.contains("stays at 9") && warning.contains("weights int8"));
  }

  private static void check(Model model, Recipe recipe, long opset, long irVersion) {
    Model quantized = WeightsMode.apply(model, recipe, 1).model();
    assertThat(quantized.opset()).isEqualTo(opset);
    assertThat(quantized.irVersion()).isEqualTo(irVersion);
  }
}
