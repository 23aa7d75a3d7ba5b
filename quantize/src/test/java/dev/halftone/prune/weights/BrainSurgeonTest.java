package dev.halftone.prune.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.prune.weights.BrainSurgeon.Quota;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that make up for others, held to what the paper's formulas are derived from. */
class BrainSurgeonTest {
  private static double[] normal(Random random, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) values[i] = random.nextGaussian();
    return values;
  }

  /** {@code X^T X} of inputs that have much in common. */
  private static double[] products(Random random, int columns) {
    double[] sum = new double[columns * columns];
    for (int n = 0; n < 4 * columns; n++) {
      double shared = 2 * random.nextGaussian();
      double[] x = normal(random, columns);
      for (int i = 0; i < columns; i++)
        for (int j = 0; j < columns; j++) sum[i * columns + j] += (x[i] + shared) * (x[j] + shared);
    }
    return sum;
  }

  /** {@code (w - v) H (w - v)^T} over all rows. */
  private static double error(double[] w, double[] v, double[] h, int columns) {
    double error = 0;
    for (int row = 0; row < w.length / columns; row++)
      for (int i = 0; i < columns; i++)
        for (int j = 0; j < columns; j++) {
          double a = w[row * columns + i] - v[row * columns + i];
          double b = w[row * columns + j] - v[row * columns + j];
          error += a * h[i * columns + j] * b;
        }
    return error;
  }

  /** Inputs that have nothing in common: by magnitude, and nothing else changes. */
  @Test
  void withoutCorrelationItIsMagnitude() {
    int columns = 12;
    double[] h = new double[columns * columns];
    for (int i = 0; i < columns; i++) h[i * columns + i] = 3;
    double[] before = normal(new Random(1), 5 * columns);
    double[] after = before.clone();
    BitSet zeros = new BrainSurgeon(h, columns).prune(after, new Quota.Anywhere(30, columns));
    assertThat(zeros.cardinality()).isEqualTo(30);
    double gone = 0;
    double kept = Double.POSITIVE_INFINITY;
    for (int i = 0; i < before.length; i++) {
      if (zeros.get(i)) gone = Math.max(gone, Math.abs(before[i]));
      else kept = Math.min(kept, Math.abs(before[i]));
      assertThat(after[i]).isEqualTo(zeros.get(i) ? 0 : before[i]);
    }
    assertThat(gone).isLessThan(kept);
  }

  /**
   * When only first columns go, what is left is the least error there is: its gradient by the
   * columns that stay is 0.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whatIsLeftIsTheLeastError(int count) {
    int columns = 7;
    double[] h = products(new Random(count), columns);
    double[] given = h.clone();
    double[] before = normal(new Random(5), columns);
    for (int i = 0; i < columns; i++) before[i] = i < count ? 1e-6 * (i + 1) : 10 + before[i];
    double[] after = before.clone();
    BitSet zeros =
        new BrainSurgeon(given, columns).prune(after, new Quota.Anywhere(count, columns));
    assertThat(zeros.nextClearBit(0)).isEqualTo(count);
    double damping = 0;
    for (int i = 0; i < columns; i++) damping += 0.01 * h[i * columns + i] / columns;
    for (int j = count; j < columns; j++) {
      double gradient = 0;
      for (int i = 0; i < columns; i++) {
        double entry = h[i * columns + j] + (i == j ? damping : 0);
        gradient += (after[i] - before[i]) * entry;
      }
      assertThat(gradient).isCloseTo(0, within(1e-8));
    }
  }

  @Test
  void theOthersMakeUpForWhatGoes() {
    for (int seed = 0; seed < 20; seed++) {
      int columns = 24;
      double[] h = products(new Random(seed), columns);
      double[] before = normal(new Random(100 + seed), 8 * columns);
      double[] after = before.clone();
      double[] cut = before.clone();
      BitSet zeros = new BrainSurgeon(h.clone(), columns).prune(after, new Quota.EachRow(2, 4));
      zeros.stream().forEach(i -> cut[i] = 0);
      assertThat(error(before, after, h, columns)).isLessThan(0.5 * error(before, cut, h, columns));
    }
  }

  @Test
  void eachGroupKeepsAsManyAsAsked() {
    int columns = 16;
    double[] weights = normal(new Random(1), 3 * columns);
    BitSet zeros =
        new BrainSurgeon(products(new Random(2), columns), columns)
            .prune(weights, new Quota.EachRow(1, 4));
    for (int from = 0; from < weights.length; from += 4)
      assertThat(zeros.get(from, from + 4).cardinality()).isEqualTo(3);
  }

  /** Also where the last block is short. */
  @Test
  void asManyGoAsAsked() {
    int columns = 19;
    for (int count : new int[] {0, 1, 28, 57}) {
      double[] weights = normal(new Random(1), 3 * columns);
      BitSet zeros =
          new BrainSurgeon(products(new Random(2), columns), columns)
              .prune(weights, new Quota.Anywhere(count, 8));
      assertThat(zeros.cardinality()).isEqualTo(count);
    }
  }

  /** They go first, and nobody has to make up for them. */
  @Test
  void whatSeesNothingButZerosIsWorthNothing() {
    int columns = 4;
    double[] h = new double[16];
    h[0] = 2;
    h[3] = 1;
    h[10] = 1;
    h[15] = 5;
    double[] weights = {1, 100, -2, 3};
    BitSet zeros = new BrainSurgeon(h, columns).prune(weights, new Quota.Anywhere(1, columns));
    assertThat(zeros).isEqualTo(BitSet.valueOf(new long[] {2}));
    assertThat(weights).containsExactly(1, 0, -2, 3);
  }
}
