package dev.halftone.calibrate.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Statistics are a commutative monoid: how the samples are split, ordered and merged never shows.
 */
class StatisticsMergeTest {
  private static final int SAMPLES = 64;

  /**
   * Samples of very different size and magnitude, some with nothing finite, some of zeros alone,
   * some empty.
   */
  private static List<float[]> samples(long seed) {
    Random random = new Random(seed);
    List<float[]> samples = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      float[] x =
          Observed.normal(
              random.nextInt(3000), Math.scalb(1.0, random.nextInt(40) - 20), random.nextLong());
      for (int j = 0; j < x.length; j++) {
        if (random.nextInt(50) == 0)
          x[j] = List.of(Float.NaN, -0f, 0f, 1f / 0, Float.MIN_VALUE, -8f).get(random.nextInt(6));
        if (i % 16 == 1) x[j] = Float.NaN;
        if (i % 16 == 2) x[j] = -0f;
      }
      samples.add(x);
    }
    return samples;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 64})
  void anyPartitionAndTreeGivesTheSame(int parts) {
    for (int seed = 0; seed < 8; seed++) {
      List<float[]> samples = samples(seed);
      Statistics whole = Observed.of(samples.toArray(float[][]::new));
      Random random = new Random(1000L + seed);
      Collections.shuffle(samples, random);
      List<Statistics> forest = new ArrayList<>();
      for (int part = 0; part < parts; part++) {
        int from = part * SAMPLES / parts;
        int to = (part + 1) * SAMPLES / parts;
        forest.add(Observed.of(samples.subList(from, to).toArray(float[][]::new)));
      }
      forest.add(Statistics.empty(Request.HISTOGRAM));
      while (forest.size() > 1) {
        Statistics left = forest.remove(random.nextInt(forest.size()));
        Statistics right = forest.remove(random.nextInt(forest.size()));
        forest.add(left.merge(right));
      }
      assertThat(forest.getFirst()).as("seed %d", seed).isEqualTo(whole).hasSameHashCodeAs(whole);
    }
  }

  @Test
  void threadsDoNotShow() throws Exception {
    List<float[]> samples = samples(3);
    Observer observer = new Observer(Request.HISTOGRAM);
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<?>> done = new ArrayList<>();
      for (float[] sample : samples) {
        done.add(
            pool.submit(
                () -> observer.observe(Tensor.ofFloats(sample, sample.length), new Workspace())));
      }
      for (Future<?> one : done) one.get();
    }
    assertThat(observer.statistics()).isEqualTo(Observed.of(samples.toArray(float[][]::new)));
  }

  @Test
  void emptyIsNeutral() {
    Statistics some = Observed.of(Observed.normal(100, 1, 1));
    Statistics empty = Statistics.empty(Request.HISTOGRAM);
    assertThat(empty.merge(some)).isEqualTo(some);
    assertThat(some.merge(empty)).isEqualTo(some);
    assertThat(Observed.of()).isEqualTo(empty);
  }

  @Test
  void requestsDoNotMix() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Statistics.empty(Request.RANGE).merge(Statistics.empty(Request.HISTOGRAM)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Statistics.empty(Request.channels(0)).merge(Statistics.empty(Request.channels(1))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Statistics.empty(Request.RANGE).histogram());
  }
}
