package dev.halftone.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScaleSearchTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"absmax", "mse", "lp:2.4", "lp:1", "percentile:99.9", "weighted-mse", "hqq"})
  void isReadAsItIsWritten(String text) {
    assertThat(ScaleSearch.parse(text)).hasToString(text);
  }

  @Test
  void theNormIsTwoAndAHalfAlmostUnlessItIsSaid() {
    assertThat(ScaleSearch.parse(" LP ")).isEqualTo(new ScaleSearch.Norm(2.4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "mean", "mse:2", "percentile", "percentile:x", "lp:", "lp:NaN"})
  void refusesOthersAndListsWhatThereIs(String text) {
    assertThatThrownBy(() -> ScaleSearch.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "no scale search '%s'; there are absmax, mse, lp:P, percentile:P, weighted-mse and hqq",
            text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lp:0", "lp:17", "percentile:0", "percentile:100.1"})
  void refusesNumbersOutOfRange(String text) {
    assertThatThrownBy(() -> ScaleSearch.parse(text)).hasMessageContaining("is not within");
  }

  @Test
  void theWholeRangeIsTriedFirst() {
    float[] factors = ScaleSearch.factors();
    assertThat(factors[0]).isEqualTo(1f);
    assertThat(factors[48]).isEqualTo(0.25f);
    assertThat(factors[49]).isEqualTo(65 / 64f);
    assertThat(factors[58]).isEqualTo(74 / 64f);
    assertThat(factors).doesNotHaveDuplicates();
  }
}
