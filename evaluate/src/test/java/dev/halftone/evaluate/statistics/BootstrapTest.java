package dev.halftone.evaluate.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  /** Share of the first 40 of 100 cases among those drawn. */
  private static double share(int[] times) {
    return Arrays.stream(times).limit(40).sum() / (double) Arrays.stream(times).sum();
  }

  @Test
  void isCloseToTheFormulaWhereThereIsOne() {
    Interval interval = Bootstrap.interval(100, BootstrapTest::share);
    double half = 1.96 * Math.sqrt(0.4 * 0.6 / 100);
    assertThat(interval.low()).isCloseTo(0.4 - half, within(0.015));
    assertThat(interval.high()).isCloseTo(0.4 + half, within(0.015));
    assertThat(Bootstrap.interval(100, BootstrapTest::share)).isEqualTo(interval);
  }

  @Test
  void leavesOutWhatIsNoNumber() {
    Interval interval = Bootstrap.interval(4, times -> times[0] == 0 ? Double.NaN : times[0]);
    assertThat(interval).isEqualTo(new Interval(1, 3));
    assertThat(Bootstrap.interval(2, times -> Double.NaN))
        .isEqualTo(new Interval(Double.NaN, Double.NaN));
  }

  @Test
  void wantsCases() {
    assertThatThrownBy(() -> Bootstrap.interval(0, times -> 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no cases to draw from");
  }
}
