package dev.halftone.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PowerTableTest {
  @ParameterizedTest
  @ValueSource(doubles = {2.4, 1, 2, 0.7, -0.3, 3.5})
  void isWithinItsBound(double p) {
    PowerTable table = new PowerTable(p);
    double bound = Math.max(1e-15, Math.abs(p * (p - 1)) * 0x1p-23);
    Random random = new Random(5);
    for (int i = 0; i < 100_000; i++) {
      float t = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(-8, 8)));
      double expected = StrictMath.pow(Math.abs((double) t), p);
      assertThat(Math.abs(table.of(t) / expected - 1)).as("%s^%s", t, p).isLessThanOrEqualTo(bound);
    }
  }

  @Test
  void nothingIsNothing() {
    PowerTable table = new PowerTable(2.4);
    assertThat(table.of(0f)).isZero();
    assertThat(table.of(-0f)).isZero();
    assertThat(table.of(Float.MIN_VALUE)).isZero();
    assertThat(table.of(1f)).isEqualTo(1);
  }
}
