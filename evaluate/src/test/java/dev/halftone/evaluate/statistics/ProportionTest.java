package dev.halftone.evaluate.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProportionTest {
  /**
   * R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in
   * Medicine 17 (1998), table I, method 3.
   */
  @ParameterizedTest
  @CsvSource({
    "81, 263, .2553, .3662",
    "15, 148, .0624, .1605",
    "0, 20, .0000, .1611",
    "1, 29, .0061, .1718"
  })
  void isThePublishedInterval(long hits, long trials, double low, double high) {
    Interval interval = Proportion.wilson(hits, trials);
    assertThat(interval.low()).isCloseTo(low, within(5e-5));
    assertThat(interval.high()).isCloseTo(high, within(5e-5));
  }

  @Test
  void staysInsideZeroAndOne() {
    assertThat(Proportion.wilson(20, 20).high()).isEqualTo(1);
    assertThat(Proportion.wilson(0, 1).low()).isZero();
  }

  @Test
  void refusesWhatIsNoShare() {
    assertThatThrownBy(() -> Proportion.wilson(0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Proportion.wilson(3, 2)).hasMessage("3 hits of 2");
  }
}
