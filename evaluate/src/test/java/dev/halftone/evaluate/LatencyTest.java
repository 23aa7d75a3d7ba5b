package dev.halftone.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyTest {
  @Test
  void quantilesLieBetweenNeighbours() {
    assertThat(Latency.median(new double[] {3, 1, 2})).isEqualTo(2);
    assertThat(Latency.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
    assertThat(Latency.quantile(new double[] {10, 20, 30, 40, 50}, 0.25)).isEqualTo(20);
    assertThat(Latency.quantile(new double[] {10, 20}, 0.75)).isEqualTo(17.5);
    assertThat(Latency.median(new double[] {7})).isEqualTo(7);
  }
}
