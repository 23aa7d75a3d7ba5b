package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.DataSet;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a built-in recipe prints of itself is a recipe file that does the same. */
class NamedRecipeTest {
  private static final Path FORMATS = Path.of("..", "docs", "formats.md");

  @TempDir Path folder;

  static List<String> names() {
    return NamedRecipe.names();
  }

  private RecipeRequest printed(String name) throws IOException {
    Path file = folder.resolve(name + ".yaml");
    return RecipeRequest.file(Files.writeString(file, NamedRecipe.named(name).yaml()));
  }

  @ParameterizedTest
  @MethodSource("names")
  void thePrintedFileResolvesToTheSameForEveryTarget(String name) throws IOException {
    RecipeRequest printed = printed(name);
    for (Target target : Target.all()) {
      RecipeRequest named = RecipeRequest.named(name);
      assertThat(resolve(printed.target(target.name())))
          .as(target.name())
          .isEqualTo(resolve(named.target(target.name())));
    }
  }

  private static Recipe resolve(RecipeRequest request) {
    return RecipeResolver.resolve(request, SmallModels.dense(), true).recipe();
  }

  @ParameterizedTest
  @MethodSource("names")
  void thePrintedFileMakesTheSameBytes(String name) throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxWriter.write(SmallModels.dense(), file, ExternalData.WHEN_NEEDED);
    OpenModel model = Halftone.open(file);
    RecipeRequest named = RecipeRequest.named(name);
    DataSet samples =
        resolve(named).mode() == Mode.STATIC ? model.data("random", null, "0:32") : null;
    Path first = folder.resolve("first.onnx");
    Path second = folder.resolve("second.onnx");
    model.quantize(named.quantizeEverything(true), samples).save(first);
    model.quantize(printed(name).quantizeEverything(true), samples).save(second);
    assertThat(second).hasSameBinaryContentAs(first);
  }

  @Test
  void whatDependsOnTheTargetIsAComment() {
    assertThat(NamedRecipe.named("static-int8").yaml())
        .contains(
            "mode: static\n",
            "\nweights: int8\n",
            "# activations: uint8           # x86-vnni, x86-amx, x86-avx2\n",
            "# activations: int8            # arm64, tensorrt\n",
            "# reduce-range: true           # x86-avx2\n")
        .doesNotContainPattern("(?m)^activations:");
    assertThat(NamedRecipe.named("static-int16").yaml())
        .containsPattern("(?m)^activations: int16$");
    assertThat(NamedRecipe.named("nf4").yaml()).doesNotContain("As the target wants it");
  }

  @ParameterizedTest
  @MethodSource("names")
  void itsFiguresAreThoseOfTheDocument(String name) throws IOException {
    NamedRecipe recipe = NamedRecipe.named(name);
    assertThat(Files.readString(FORMATS))
        .containsPattern(
            "(?m)^\\| `%s` \\| %s [0-9.]+ \\| %s [0-9.]+ \\|$"
                .formatted(name, cells(recipe.squeezeNet()), cells(recipe.resNet8())));
  }

  private static String cells(NamedRecipe.Measured measured) {
    return String.format(
        Locale.ROOT, "%.1f %% \\\\| %.1f %% \\\\|", measured.size(), measured.agreement());
  }
}
