package dev.halftone.evaluate.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedProportionsTest {
  @Test
  void testIsThatOfACoinThrownByHand() {
    assertThat(new PairedProportions(0, 0, 10).mcNemar()).isEqualTo(1);
    assertThat(new PairedProportions(5, 5, 10).mcNemar()).isEqualTo(1);
    assertThat(new PairedProportions(6, 1, 10).mcNemar()).isCloseTo(2 * 8 / 128.0, within(1e-12));
    assertThat(new PairedProportions(10, 0, 10).mcNemar()).isCloseTo(2 / 1024.0, within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({"121, 59", "3, 20", "500, 431", "1200, 1200", "4000, 3800"})
  void testIsThatOfExactIntegers(int onlyFirst, int onlySecond) {
    double exact = exactly(onlyFirst, onlySecond);
    double p = new PairedProportions(onlyFirst, onlySecond, 10_000).mcNemar();
    assertThat(p).isCloseTo(exact, within(exact * 1e-9));
    assertThat(new PairedProportions(onlySecond, onlyFirst, 10_000).mcNemar()).isEqualTo(p);
  }

  private static double exactly(int onlyFirst, int onlySecond) {
    int differing = onlyFirst + onlySecond;
    BigInteger ways = BigInteger.ONE;
    BigInteger sum = BigInteger.ZERO;
    for (int k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
      if (k > 0)
        ways = ways.multiply(BigInteger.valueOf(differing - k + 1L)).divide(BigInteger.valueOf(k));
      sum = sum.add(ways);
    }
    BigDecimal total = new BigDecimal(BigInteger.ONE.shiftLeft(differing - 1));
    return Math.min(1, new BigDecimal(sum).divide(total, MathContext.DECIMAL64).doubleValue());
  }

  @Test
  void intervalIsTheAdjustedOne() {
    // p = 11/102 and q = 6/102: difference .049020, variance (.166667 - .002403)/102 = .00161043.
    Interval interval = new PairedProportions(10, 5, 100).interval();
    assertThat(interval.low()).isCloseTo(0.049020 - 1.959964 * 0.0401302, within(1e-5));
    assertThat(interval.high()).isCloseTo(0.049020 + 1.959964 * 0.0401302, within(1e-5));
    assertThat(new PairedProportions(10, 5, 100).difference()).isCloseTo(0.05, within(1e-15));
  }

  @Test
  void refusesMoreDifferencesThanSamples() {
    assertThatThrownBy(() -> new PairedProportions(6, 5, 10)).hasMessage("6 and 5 of 10");
  }
}
