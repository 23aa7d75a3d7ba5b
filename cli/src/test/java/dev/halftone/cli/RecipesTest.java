package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.toolkit.NamedRecipe;
import dev.halftone.toolkit.RecipeSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What there is of recipes, and one of them saved and given back. */
class RecipesTest {
  @TempDir Path folder;

  @Test
  void theListHasEveryRecipeInColumns() {
    CommandRun run = CommandRun.of("recipes");
    assertThat(run.code()).isZero();
    List<String> lines = run.out().lines().toList();
    int column = lines.get(1).indexOf("good for");
    for (NamedRecipe recipe : NamedRecipe.all()) {
      List<String> named =
          lines.stream().filter(line -> line.startsWith(recipe.name() + " ")).toList();
      assertThat(named).hasSize(1);
      assertThat(named.getFirst().substring(column)).isEqualTo(recipe.purpose());
      assertThat(lines.get(lines.indexOf(named.getFirst()) + 1).substring(column))
          .isEqualTo(recipe.cost());
    }
  }

  @Test
  void aPrintedRecipeCanBeGivenBack() throws IOException {
    Path model = new Fixture(folder).model();
    CommandRun printed = CommandRun.of("recipes", "weights-int4");
    Path file = Files.writeString(folder.resolve("mine.yaml"), printed.out());
    Path byName = quantized(model, "weights-int4", "name.onnx");
    assertThat(quantized(model, file.toString(), "file.onnx")).hasSameBinaryContentAs(byName);
    Files.writeString(file, printed.out().replace("block:32", "block:16"));
    assertThat(Files.readAllBytes(quantized(model, file.toString(), "edited.onnx")))
        .isNotEqualTo(Files.readAllBytes(byName));
  }

  private Path quantized(Path model, String recipe, String name) {
    Path out = folder.resolve(name);
    CommandRun run = CommandRun.of("quantize", model, "--recipe", recipe, "-o", out);
    assertThat(run.code()).as(run.err()).isZero();
    return out;
  }

  @Test
  void oneRecipeInJson() {
    CommandRun run = CommandRun.of("recipes", "nf4", "--json", "-");
    assertThat(run.out())
        .contains("\"name\": \"nf4\"", "\"yaml\": \"# nf4: 1/6", "\"granularity\": \"block:32\"")
        .doesNotContain("codebook4");
    assertThat(run.err()).contains("weights: nf4");
  }

  @Test
  void theSchemaIsPrintedAsItShips() {
    CommandRun run = CommandRun.of("recipes", "--schema");
    assertThat(run.code()).isZero();
    assertThat(run.out()).isEqualToNormalizingNewlines(RecipeSchema.text());
    assertThat(CommandRun.of("recipes", "nf4", "--schema").code()).isEqualTo(2);
  }

  @Test
  void anUnknownNameIsAnsweredWithTheClosest() {
    CommandRun run = CommandRun.of("recipes", "weight-int4");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines().findFirst().orElseThrow())
        .startsWith(
            "halftone: no recipe 'weight-int4'; there are, the most similar first, weights-int4,"
                + " weights-int8, ");
  }
}
