package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.DataSet;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a run writes of its recipe is a recipe file that does the same. */
class RecipeYamlTest {
  private static final RecipeRequest ANY = RecipeRequest.automatic();

  @TempDir Path folder;

  static Stream<RecipeRequest> requests() {
    Stream<RecipeRequest> said =
        Stream.of(
            ANY.mode(Mode.STATIC).target("x86-avx2").calibration(Calibration.PERCENTILE),
            ANY.mode(Mode.STATIC).processor(Processor.ANY),
            ANY.mode(Mode.STATIC).symmetricActivations(true).symmetricWeights(true),
            ANY.mode(Mode.STATIC).operatorForm(true).quantizeEverything(true),
            ANY.mode(Mode.DYNAMIC).reduceRange(true),
            ANY.mode(Mode.WEIGHTS).reduceRange(true).matMulNBits(true),
            ANY.weights(DType.UINT4).search(new ScaleSearch.SquaredError()),
            ANY.mode(Mode.WEIGHTS).restrictedRange(true),
            ANY.mode(Mode.DYNAMIC).restrictedRange(false),
            ANY.mode(Mode.STATIC).restrictedRange(false).target("x86-avx2"),
            ANY.mode(Mode.WEIGHTS).granularity(new Granularity.PerTile(16, 32)),
            ANY.mode(Mode.WEIGHTS)
                .weights(WeightFormat.parse("mxfp4"))
                .granularity(new Granularity.PerTile(4, 8)),
            ANY.mode(Mode.FP16).keepIo(true));
    Stream<RecipeRequest> named = NamedRecipe.all().stream().map(NamedRecipe::request);
    Stream<RecipeRequest> formats =
        Stream.concat(
                WeightFormat.all().stream(),
                Stream.of("codebook:4:group:64", "codebook:3:shared").map(WeightFormat::parse))
            .map(format -> ANY.mode(Mode.WEIGHTS).weights(format));
    return Stream.of(said, named, formats).flatMap(each -> each);
  }

  @ParameterizedTest
  @MethodSource("requests")
  void resolvesToTheSameRecipe(RecipeRequest request) throws IOException {
    Recipe recipe = resolve(request);
    Recipe again = resolve(RecipeRequest.file(written(RecipeYaml.of(recipe))));
    assertThat(again).isEqualTo(recipe);
  }

  @Test
  void patternsKeepEveryCharacter() throws IOException {
    List<String> patterns =
        List.of("/head/*", "", "a\"b\\c", "true", "x: #y", "é\n\t\u0000\ud83d\ude00", "- 1", "~");
    Recipe recipe = resolve(ANY.include(patterns).exclude(patterns));
    Recipe again = resolve(RecipeRequest.file(written(RecipeYaml.of(recipe))));
    assertThat(again).isEqualTo(recipe);
  }

  @Test
  void rulesAreWrittenToo() throws IOException {
    String rules =
        """
        mode: weights
        rules:
          - {op: [MatMul, Gemm], name: "*/head/*", keep: float}
          - {min-elements: 4096, weights: nf4, granularity: "block:64", search: mse}
          - {op: Conv, max-elements: 100, keep: none, symmetric: true}
          - {op: Gemm, weights: int8, restricted-range: false}
          - {op: Conv, restricted-range: true}
          - {name: a, reduce-range: true}
          - {name: b, reduce-range: false}
        """;
    Recipe recipe = resolve(RecipeRequest.file(written(rules)));
    Recipe again = resolve(RecipeRequest.file(written(RecipeYaml.of(recipe))));
    assertThat(recipe.rules()).hasSize(7);
    assertThat(again).isEqualTo(recipe);
  }

  @Test
  void theRecipeOfTheMetadataMakesTheSameBytes() throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxWriter.write(SmallModels.dense(), file, ExternalData.WHEN_NEEDED);
    OpenModel model = Halftone.open(file);
    DataSet samples = model.data("random", null, "0:32");
    QuantizedModel first = model.quantize(ANY.quantizeEverything(true), samples);
    String yaml = Objects.requireNonNull(first.model().metadata().get("halftone.recipe"));
    QuantizedModel second = model.quantize(RecipeRequest.file(written(yaml)), samples);
    assertThat(bytes(second, "second")).isEqualTo(bytes(first, "first"));
  }

  private byte[] bytes(QuantizedModel model, String name) throws IOException {
    Path file = folder.resolve(name + ".onnx");
    model.save(file);
    return Files.readAllBytes(file);
  }

  private Path written(String yaml) throws IOException {
    return Files.writeString(folder.resolve("r.yaml"), yaml);
  }

  private static Recipe resolve(RecipeRequest request) {
    return RecipeResolver.resolve(request, SmallModels.dense(), true).recipe();
  }
}
