package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedDataException;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeFileTest {
  @TempDir Path folder;

  private RecipeRequest read(String yaml) throws IOException {
    return RecipeRequest.file(Files.writeString(folder.resolve("r.yaml"), yaml));
  }

  @Test
  void aFileOverridesWhatItExtendsAndFlagsOverrideTheFile() throws IOException {
    RecipeRequest file =
        read("extends: weights-int4\nweights: uint4\ngranularity: block:64\nexclude: ['head*']\n");
    Recipe recipe =
        RecipeResolver.resolve(file.weights(DType.INT4), SmallModels.dense(), false).recipe();
    assertThat(recipe.weightType()).isEqualTo(DType.INT4);
    assertThat(recipe.granularity()).isEqualTo(new Granularity.PerBlock(64));
    assertThat(recipe.exclude()).containsExactly("head*");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "weight: int8 | line 2 | key \"weight\" is not known",
        "weights: int9 | line 2 | int2, uint2, int3, int4, uint4",
        "weights: [int8] | line 2 | expected text",
        "granularity: block:32 | line 2 | tensor or channel in static mode",
        "weights: int4 | line 2 | int8 or uint8 in static mode",
        "search: luck | line 2 | luck",
        "scales: gold | line 2 | gold",
        "symmetric: 3 | line 2 | one of true, false",
        "extends: magic | line 2 | static-int8, "
      })
  void aWrongFileIsRefusedWithItsLineAndWhatIsAllowed(String line, String place, String allowed) {
    assertThatThrownBy(() -> read("mode: static\n" + line + "\n"))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("r.yaml")
        .hasMessageContaining(place)
        .hasMessageContaining(allowed);
  }
}
