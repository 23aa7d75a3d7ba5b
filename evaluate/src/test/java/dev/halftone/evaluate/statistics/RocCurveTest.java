package dev.halftone.evaluate.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RocCurveTest {
  @Test
  void countsTiesHalf() {
    // Of the pairs 3>1, 3>2, 2>1 are won and 2=2 is a tie.
    assertThat(new RocCurve(new double[] {3, 2}, new double[] {1, 2}).area()).isEqualTo(0.875);
    assertThat(new RocCurve(new double[] {1, 1}, new double[] {1, 1, 1}).area()).isEqualTo(0.5);
    assertThat(new RocCurve(new double[] {0}, new double[] {1, 2}).area()).isZero();
    assertThat(new RocCurve(new double[] {Double.POSITIVE_INFINITY}, new double[] {1, 2}).area())
        .isEqualTo(1);
  }

  @Test
  void intervalIsThatOfTheShares() {
    // Each positive wins 1 and .75, each negative loses 1 and .75: variance of each mean (.125² +
    // .125²)/1/2.
    Interval interval = new RocCurve(new double[] {3, 2}, new double[] {1, 2}).interval();
    assertThat(interval.low()).isCloseTo(0.875 - 1.959964 * Math.sqrt(2 * 0.015625), within(1e-6));
    assertThat(interval.high()).isEqualTo(1);
  }

  @Test
  void theSameScoresDifferInNothing() {
    RocCurve curve = new RocCurve(new double[] {3, 2, 7}, new double[] {1, 2});
    assertThat(curve.intervalOfDifference(curve)).isEqualTo(new Interval(0, 0));
  }

  @Test
  void refusesWhatHasNoCurve() {
    assertThatThrownBy(() -> new RocCurve(new double[0], new double[] {1}))
        .hasMessage("0 positive and 1 negative cases");
    assertThatThrownBy(() -> new RocCurve(new double[] {Double.NaN}, new double[] {1}))
        .hasMessage("a score is not a number");
  }
}
