package dev.halftone.quantize.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.graph.Model;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.plan.Plan;
import dev.halftone.plan.Quantized;
import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.codes.Encoder;
import dev.halftone.quantize.codes.Scaling;
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

/** What no operator computes with: ONNX Runtime decodes it as Halftone does, bit for bit. */
class DecodedFormatsTest {
  private static final int K = 64;
  private static final int N = 24;

  static Stream<WeightFormat> decoded() {
    return Stream.concat(
        WeightFormat.all().stream().filter(f -> !(f instanceof WeightFormat.Element)),
        Stream.of("codebook:4:group:8", "codebook:3:group:7", "codebook:2:group:1")
            .map(WeightFormat::parse));
  }

  private static Recipe recipe(WeightFormat weights, Granularity granularity) {
    return new Recipe(
        Mode.WEIGHTS,
        weights,
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

  private static Model product(int opset) {
    return new Graphs(1)
        .input("x", K, K)
        .output("y")
        .normal("w", 0.1, K, N)
        .node("MatMul", "x w", "y")
        .model(opset);
  }

  /** The unit matrix, which gives a product's weight back. */
  private static Map<String, Tensor> unit() {
    float[] unit = new float[K * K];
    for (int i = 0; i < K; i++) unit[i * K + i] = 1;
    return Map.of("x", Tensor.ofFloats(unit, K, K));
  }

  @ParameterizedTest
  @MethodSource("decoded")
  void productsSeeWhatTheEncoderDecodes(WeightFormat format) {
    Model model = product(9);
    Recipe recipe = recipe(format, new Granularity.PerBlock(32));
    Quantized quantized = WeightsMode.apply(model, recipe, 1);
    assertThat(Judge.run(quantized.model(), unit())).isEqualTo(expected(model, recipe));
    assertThat(quantized.plan().tensors().getFirst().format())
        .isEqualTo(WeightCodes.format(recipe).name());
    assertThat(Judge.deployed(quantized.model())).containsExactly("MatMul");
    assertThat(quantized.plan().warnings()).noneMatch(warning -> warning.contains("int8"));
  }

  @ParameterizedTest
  @MethodSource("decoded")
  void productsSeeWhatTheEncoderDecodesInTiles(WeightFormat format) {
    Model model = product(13);
    Recipe recipe = recipe(format, new Granularity.PerTile(7, 24));
    Quantized quantized = WeightsMode.apply(model, recipe, 1);
    assertThat(Judge.run(quantized.model(), unit())).isEqualTo(expected(model, recipe));
    assertThat(quantized.plan().tensors().getFirst().granularity()).isEqualTo("block:7x24:0");
    assertThat(Judge.deployed(quantized.model())).containsExactly("MatMul");
  }

  private static float[] expected(Model model, Recipe recipe) {
    CodeFormat format = WeightCodes.format(recipe);
    CodeLayout layout =
        WeightCodes.granularity(recipe) instanceof Granularity.PerTile(int channels, int length)
            ? CodeLayout.columns(K, N, length).tiled(channels)
            : CodeLayout.columns(
                K, N, ((Granularity.PerBlock) WeightCodes.granularity(recipe)).size());
    CodeRequest request =
        new CodeRequest("w", Judge.constant(model, "w"), layout, format)
            .with(Scaling.of(recipe.search(), WeightCodes.storage(recipe)));
    Codes codes = Encoder.encode(List.of(request), 1).getFirst();
    float[] values = codes.decoded().toFloats();
    for (int i = 0; i < values.length; i++) values[i] += 0f; // a product has no -0
    return values;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nf4",
        "int3",
        "int5",
        "int16",
        "uint16",
        "log4",
        "codebook:3",
        "codebook:4:group:4",
        "codebook:5:shared",
        "fp6-e2m3",
        "nvfp4",
        "mxfp4",
        "ternary",
        "binary"
      })
  void convolutionsAreDecodedByChannelAndInRaggedCounts(String name) {
    Model model =
        new Graphs(1)
            .input("x", 1, 7, 9, 9)
            .output("y")
            .normal("w", 0.1, 13, 7, 3, 3)
            .node("Conv", "x w", "y")
            .model(13);
    Recipe recipe =
        recipe(WeightFormat.parse(name), new Granularity.PerChannel())
            .withScales(new ScaleSearch.SquaredError(), new ScaleStorage.Float32());
    Quantized quantized = WeightsMode.apply(model, recipe, 1);
    Map<String, Tensor> x = Map.of("x", Graphs.normal(new Random(7), 1, 1, 7, 9, 9));
    double least = name.equals("binary") ? 3 : name.equals("ternary") ? 5 : 8;
    assertThat(Judge.sqnr(model, quantized.model(), x)).isGreaterThan(least);
    assertThat(Judge.deployed(quantized.model())).doesNotContain("Gather");
  }

  /** Which is why codes of 16 bits are cast and multiplied: those are decoded once. */
  @ParameterizedTest
  @ValueSource(strings = {"tensor", "channel", "block"})
  void onnxRuntimeDecodesADequantizeLinearOfSixteenBitsEveryTime(String granularity) {
    Object[] attributes =
        switch (granularity) {
          case "tensor" -> new Object[] {};
          case "channel" -> new Object[] {"axis", 1};
          default -> new Object[] {"axis", 0, "block_size", 32};
        };
    Tensor scale =
        switch (granularity) {
          case "tensor" -> Tensor.scalar(0.5f);
          case "channel" -> Graphs.normal(new Random(5), 1, N);
          default -> Graphs.normal(new Random(5), 1, K / 32, N);
        };
    Model model =
        new Graphs(1)
            .input("x", K, K)
            .output("y")
            .constant("codes", Tensor.ofBytes(DType.INT16, new byte[2 * K * N], K, N))
            .constant("scale", scale)
            .node("DequantizeLinear", "codes scale", "w", attributes)
            .node("MatMul", "x w", "y")
            .model(21);
    assertThat(Judge.deployed(model)).containsExactly("DequantizeLinear", "MatMul");
  }

  @ParameterizedTest
  @ValueSource(strings = {"int3", "int16", "uint16"})
  void asymmetricIntegersHaveZeroPointsOfTheirOwn(String format) {
    Model model = product(13);
    Recipe symmetric = recipe(WeightFormat.parse(format), new Granularity.PerBlock(16));
    Recipe recipe =
        new Recipe(
            symmetric.mode(),
            symmetric.weights(),
            symmetric.activations(),
            symmetric.granularity(),
            false,
            false,
            false,
            false,
            false,
            false,
            symmetric.calibration(),
            List.of(),
            List.of(),
            false,
            symmetric.search(),
            symmetric.scales());
    Quantized quantized = WeightsMode.apply(model, recipe, 1);
    assertThat(Judge.run(quantized.model(), unit()))
        .containsExactly(expected(model, recipe), within(1e-7f));
  }

  @Test
  void aFittedCodebookIsNoWorseThanTheIntegersItStartsFrom() {
    Model model = product(21);
    for (int bits = 2; bits <= 6; bits++) {
      Recipe fitted = recipe(WeightFormat.parse("codebook:" + bits), new Granularity.PerBlock(32));
      Recipe integers = recipe(WeightFormat.parse("int" + bits), new Granularity.PerBlock(32));
      assertThat(error(model, fitted)).isLessThanOrEqualTo(error(model, integers));
    }
  }

  private static double error(Model model, Recipe recipe) {
    float[] weights = Judge.constant(model, "w").toFloats();
    float[] decoded = expected(model, recipe);
    double error = 0;
    for (int i = 0; i < weights.length; i++) error += Math.pow(weights[i] - decoded[i], 2);
    return error;
  }

  @ParameterizedTest
  @ValueSource(strings = {"channel", "block", "tile"})
  void groupsOfChannelsHaveTheirOwnTablesInEveryKindOfLayer(String granularity) {
    Model model =
        new Graphs(3)
            .input("x", 2, 16, 9, 9)
            .output("y")
            .normal("w", 0.1, 13, 16, 3, 3)
            .normal("m", 0.1, 2, 13, 7, 10)
            .node("Conv", "x w", "c")
            .node("MatMul", "c m", "y")
            .model(13);
    Recipe recipe =
        recipe(
            WeightFormat.parse("codebook:3:group:5"),
            switch (granularity) {
              case "channel" -> new Granularity.PerChannel();
              case "block" -> new Granularity.PerBlock(8);
              default -> new Granularity.PerTile(3, 10);
            });
    Quantized quantized = WeightsMode.apply(model, recipe, 2);
    assertThat(quantized.plan().tensors()).hasSize(2);
    Map<String, Tensor> x = Map.of("x", Graphs.normal(new Random(4), 1, 2, 16, 9, 9));
    assertThat(Judge.run(quantized.model(), x)).isEqualTo(Judge.run(decoded(model, quantized), x));
    assertThat(Judge.deployed(quantized.model())).doesNotContain("Gather", "Range", "Add");
  }

  /** The model with what Halftone decodes in place of its weights. */
  private static Model decoded(Model model, Quantized quantized) {
    GraphEditor editor = new GraphEditor(model.graph());
    for (StoredWeight weight : quantized.weights())
      editor.replaceInitializer(weight.name(), weight.decoded().get());
    return model.withGraph(editor.toGraph());
  }

  @Test
  void aSharedCodebookIsInTheFileOnceAndCountedOnce() {
    Model model =
        new Graphs(5)
            .input("x", 4, 64)
            .output("y")
            .normal("a", 0.1, 64, 48)
            .normal("b", 0.3, 48, 80)
            .node("MatMul", "x a", "h")
            .node("MatMul", "h b", "y")
            .model(13);
    Recipe recipe = recipe(WeightFormat.parse("codebook:4:shared"), new Granularity.PerChannel());
    Quantized quantized = WeightsMode.apply(model, recipe, 2);
    Map<String, Tensor> x = Map.of("x", Graphs.normal(new Random(6), 1, 4, 64));
    assertThat(Judge.run(quantized.model(), x)).isEqualTo(Judge.run(decoded(model, quantized), x));
    assertThat(
            quantized.model().graph().initializers().values().stream()
                .filter(value -> value.dtype() == DType.FLOAT32 && value.count() == 16))
        .hasSize(1);
    assertThat(quantized.weights().stream().mapToLong(StoredWeight::bytes))
        .containsExactly(64 * 48 / 2 + 48 * 4 + 64L, 48 * 80 / 2 + 80 * 4L);
  }

  @Test
  void aCodebookForSomeChannelsNeedsMoreThanOneScale() {
    Recipe recipe = recipe(WeightFormat.parse("codebook:4:group:8"), new Granularity.PerTensor());
    assertThat(WeightsMode.apply(product(13), recipe, 1).plan().nodes())
        .extracting(Plan.NodePlan::reason)
        .containsExactly("a codebook for some of its channels needs scales by channel or block");
  }

  @Test
  void theSameCodebookWhateverTheThreads() {
    Model model = product(13);
    Recipe recipe = recipe(WeightFormat.parse("codebook:4"), new Granularity.PerChannel());
    Model one = WeightsMode.apply(model, recipe, 1).model();
    Model three = WeightsMode.apply(model, recipe, 3).model();
    one.graph()
        .initializers()
        .forEach((name, value) -> assertThat(value.sameAs(Judge.constant(three, name))).isTrue());
  }
}
