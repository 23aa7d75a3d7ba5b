package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedDataException;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
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
  void aRuleIsRefusedAtItsOwnLine() {
    assertThatThrownBy(
            () -> read("mode: dynamic\nrules:\n  - keep: float\n  - op: Conv\n    search: mse\n"))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("r.yaml")
        .hasMessageContaining("line 5")
        .hasMessageContaining("\"search\" is \"mse\"")
        .hasMessageContaining("in dynamic mode");
  }

  @Test
  void aRuleIsRefusedAtItsLineWhereTheModeIsSaidElsewhere() throws IOException {
    RecipeRequest rules = read("rules:\n  - op: Conv\n    weights: nf4\n");
    assertThatThrownBy(
            () -> RecipeResolver.resolve(rules.mode(Mode.DYNAMIC), SmallModels.dense(), false))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("line 3")
        .hasMessageContaining("int8 or uint8 in dynamic mode");
    assertThatThrownBy(
            () -> RecipeResolver.resolve(rules.mode(Mode.FP16), SmallModels.dense(), false))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("only keep in fp16 mode");
  }

  @Test
  void theTextOfARuleIsReadAsTheSameRule() throws IOException {
    RecipeRequest first =
        read(
            "mode: weights\n"
                + "rules:\n"
                + "  - {op: Conv, name: 'it''s *', max-elements: 9, keep: none, weights:"
                + " 'codebook:4', granularity: 'block:64', search: mse, symmetric: true}\n");
    Recipe recipe = RecipeResolver.resolve(first, SmallModels.dense(), false).recipe();
    RecipeRequest again = read("mode: weights\nrules:\n  - " + recipe.rules().getFirst() + "\n");
    assertThat(RecipeResolver.resolve(again, SmallModels.dense(), false).recipe())
        .isEqualTo(recipe);
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
        "extends: magic | line 2 | static-int8, ",
        "rules: all | line 2 | a list of keys with values",
        "rules: [Conv] | line 2 | a list of keys with values",
        "rules: [{op: Conv}] | line 2 | says nothing, expected keep, weights",
        "rules: [{keep: double}] | line 2 | one of float, none",
        "rules: [{ops: Conv, keep: float}] | line 2 | \"ops\" of \"rules[1]\" is not known",
        "rules: [{op: [], keep: float}] | line 2 | an operator's type",
        "rules: [{weights: int4}] | line 2 | int8 or uint8 in static mode",
        "rules: [{granularity: block:32}] | line 2 | tensor or channel in static mode",
        "rules: [{symmetric: true}] | line 2 | keep, weights, granularity, search or a range in"
            + " static",
        "rules: [{restricted-range: 1}] | line 2 | one of true, false",
        "rules: [{restricted-range: true, reduce-range: true}] | line 2 | beside reduce-range",
        "rules: [{restricted-range: true, weights: nf4}] | line 2 | not symmetric integers",
        "rules: [{search: hqq}] | line 2 | chooses no zero points in static mode",
        "rules: [{min-elements: 0, keep: float}] | line 2 | a whole number from 1",
        "rules: [{min-elements: 9, max-elements: 8, keep: float}] | line 2 | from 9 to"
      })
  void aWrongFileIsRefusedWithItsLineAndWhatIsAllowed(String line, String place, String allowed) {
    assertThatThrownBy(() -> read("mode: static\n" + line + "\n"))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("r.yaml")
        .hasMessageContaining(place)
        .hasMessageContaining(allowed);
  }
}
