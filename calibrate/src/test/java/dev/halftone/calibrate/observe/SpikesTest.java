package dev.halftone.calibrate.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpikesTest {
  private static final int WIDTH = 17;

  /** By the definition. */
  private static long[] expected(long[] counts) {
    long[] cut = new long[counts.length];
    for (int i = 0; i < counts.length; i++) {
      long opening = -1;
      for (int from = Math.max(0, i - WIDTH + 1); from <= i; from++) {
        if (from + WIDTH > counts.length) continue;
        long least = Arrays.stream(counts, from, from + WIDTH).min().orElseThrow();
        opening = Math.max(opening, least);
      }
      cut[i] = Math.min(counts[i], Math.max(1, 3 * opening));
    }
    return cut;
  }

  @Test
  void isTheDefinition() {
    Random random = new Random(1);
    for (int length : new int[] {17, 18, 20, 33, 34, 35, 100, 300}) {
      for (int round = 0; round < 20; round++) {
        long[] counts = new long[length];
        for (int i = 0; i < length; i++)
          counts[i] =
              random.nextInt(3) == 0 ? random.nextInt(1000) : random.nextInt(20) + round % 3;
        long[] before = counts.clone();
        assertThat(Spikes.cut(counts)).isEqualTo(expected(counts));
        assertThat(counts).isEqualTo(before);
      }
    }
  }

  @Test
  void slopesAndWidePeaksStay() {
    long[] slope = new long[100];
    for (int i = 0; i < 50; i++) slope[i] = slope[99 - i] = 1L << (i / 2);
    assertThat(Spikes.cut(slope)).isEqualTo(expected(slope));
    assertThat(Arrays.copyOf(Spikes.cut(slope), 40)).isEqualTo(Arrays.copyOf(slope, 40));
    long[] peak = new long[100];
    Arrays.fill(peak, 40, 40 + WIDTH, 1_000_000);
    assertThat(Spikes.cut(peak)).isEqualTo(peak);
  }

  @Test
  void spikesGo() {
    long[] counts = new long[100];
    Arrays.fill(counts, 10);
    counts[30] = counts[31] = 5000;
    long[] cut = Spikes.cut(counts);
    assertThat(cut[30]).isEqualTo(30);
    assertThat(cut[29]).isEqualTo(10);
    long[] lone = new long[100];
    lone[50] = 9;
    assertThat(Spikes.cut(lone)[50]).isEqualTo(1);
  }

  @Test
  void fewBinsStay() {
    assertThat(Spikes.cut(new long[] {1, 100, 1})).containsExactly(1, 100, 1);
    assertThat(Spikes.cut(new long[0])).isEmpty();
  }
}
