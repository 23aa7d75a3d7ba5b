package dev.halftone.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halftone.scheme.CodebookSharing;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightFormatTest {
  @Test
  void everyNameIsReadBack() {
    for (WeightFormat format : WeightFormat.all())
      assertThat(WeightFormat.parse(format.name().toUpperCase(Locale.ROOT))).isEqualTo(format);
    assertThat(WeightFormat.all()).extracting(WeightFormat::name).doesNotHaveDuplicates();
  }

  @Test
  void codebooksSayWhoseTheyAre() {
    assertThat(WeightFormat.parse("codebook:4"))
        .isEqualTo(new WeightFormat.Codebook(4, new CodebookSharing.Own()));
    assertThat(WeightFormat.parse("codebook:4:group:64"))
        .isEqualTo(new WeightFormat.Codebook(4, new CodebookSharing.Group(64)));
    assertThat(WeightFormat.parse("Codebook:8:Shared"))
        .isEqualTo(new WeightFormat.Codebook(8, new CodebookSharing.Shared()));
    for (String name : new String[] {"codebook:2:group:1", "codebook:6:shared", "codebook:5"})
      assertThat(WeightFormat.parse(name).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "codebook",
        "codebook:1",
        "codebook:9",
        "codebook:4:",
        "codebook:4:own",
        "codebook:4:group",
        "codebook:4:group:0",
        "codebook:4:group:-1",
        "codebook:4:group:9999999999",
        "codebook:4:64"
      })
  void otherCodebooksAreRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightFormat.parse(name))
        .withMessageStartingWith("'" + name + "' is not one of int2, ")
        .withMessageEndingWith("; codebooks may end in :group:CHANNELS or :shared");
  }
}
