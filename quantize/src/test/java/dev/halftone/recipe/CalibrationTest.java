package dev.halftone.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationTest {
  @ParameterizedTest
  @CsvSource({
    "minmax, minmax",
    "Moving-Average, moving-average",
    "percentile, percentile:99.99",
    "percentile:100.0, percentile:100",
    "percentile:99.9990, percentile:99.999",
    "entropy, entropy",
    "mse, mse",
    "lp, lp:2.4",
    "lp:3, lp:3",
    "tf-enhanced, tf-enhanced",
    "sigma, sigma:4",
    "sigma:0.5, sigma:0.5"
  })
  void textIsReadAndWritten(String text, String canonical) {
    Calibration calibration = Calibration.parse(text);
    assertThat(calibration).hasToString(canonical);
    assertThat(Calibration.parse(canonical)).isEqualTo(calibration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "best",
        "mse:2",
        "percentile:",
        "percentile:50",
        "percentile:NaN",
        "percentile:1e2",
        "lp:0.9",
        "lp:17",
        "lp:2:3",
        "sigma:0",
        "sigma:-1",
        "sigma:Infinity",
        "minmax:",
        ":3"
      })
  void nonsenseIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Calibration.parse(text));
  }
}
