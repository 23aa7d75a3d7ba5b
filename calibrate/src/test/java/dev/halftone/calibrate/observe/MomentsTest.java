package dev.halftone.calibrate.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Moments and channels against their definitions, and as monoids. */
class MomentsTest {
  private static final int SAMPLES = 64;
  private static final Request ALL =
      Request.MOMENTS.plus(Request.channels(1)).plus(Request.channels(-1));

  /** Samples [rows, channels, inner] whose magnitudes differ by 2^60, some elements not finite. */
  private static List<Tensor> samples(long seed) {
    Random random = new Random(seed);
    List<Tensor> samples = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      int rows = random.nextInt(3);
      int inner = 1 + random.nextInt(40);
      float[] x =
          Observed.normal(
              rows * 5 * inner, Math.scalb(1.0, random.nextInt(60) - 30), random.nextLong());
      for (int j = 0; j < x.length; j++) {
        if (random.nextInt(40) == 0)
          x[j] = List.of(Float.NaN, -0f, 1f / 0, Float.MIN_VALUE, -1e38f).get(random.nextInt(5));
      }
      samples.add(Tensor.ofFloats(x, rows, 5, inner));
    }
    return samples;
  }

  private static Statistics observed(Request request, List<Tensor> samples) {
    Observer observer = new Observer(request);
    Workspace workspace = new Workspace();
    for (Tensor sample : samples) observer.observe(sample, workspace);
    return observer.statistics();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 64})
  void anyPartitionAndTreeGivesTheSame(int parts) {
    for (int seed = 0; seed < 8; seed++) {
      List<Tensor> samples = samples(seed);
      Statistics whole = observed(ALL, samples);
      Random random = new Random(1000L + seed);
      Collections.shuffle(samples, random);
      List<Statistics> forest = new ArrayList<>(List.of(Statistics.empty(ALL)));
      for (int part = 0; part < parts; part++)
        forest.add(
            observed(ALL, samples.subList(part * SAMPLES / parts, (part + 1) * SAMPLES / parts)));
      while (forest.size() > 1) {
        Statistics left = forest.remove(random.nextInt(forest.size()));
        forest.add(left.merge(forest.remove(random.nextInt(forest.size()))));
      }
      assertThat(forest.getFirst()).as("seed %d", seed).isEqualTo(whole).hasSameHashCodeAs(whole);
    }
  }

  @Test
  void channelsAreTakenAlongTheAxis() {
    float[] x = {1, -2, 3, 4, Float.NaN, -6, 7, 8, -9, 10, 11, 12};
    Statistics seen =
        observed(
            Request.channels(0).plus(Request.channels(1)).plus(Request.channels(-1)),
            List.of(Tensor.ofFloats(x, 2, 3, 2)));
    assertThat(seen.channels(0).all()).hasSize(2);
    assertThat(seen.channels(0).all().getFirst())
        .isEqualTo(new Channel(-6, 4, moments(5, 0, 16, 1 + 4 + 9 + 16 + 36)));
    assertThat(seen.channels(1).all()).hasSize(3);
    assertThat(seen.channels(1).all().get(2))
        .isEqualTo(new Channel(-6, 12, moments(3, 17, 29, 36 + 121 + 144)));
    assertThat(seen.channels(-1).all()).hasSize(2);
    assertThat(seen.channels(-1).all().getFirst())
        .isEqualTo(new Channel(-9, 11, moments(5, 13, 31, 1 + 9 + 49 + 81 + 121)));
    assertThat(seen.channels(-1).secondMoments()[0]).isEqualTo(261 / 5.0);
    assertThat(seen.values()).isEqualTo(new FiniteRange(-9, 12, 11, 1, 0));
  }

  private static Moments moments(long count, double sum, double magnitudes, double squares) {
    return new Moments(
        count,
        ExactSum.ZERO.plus(sum),
        ExactSum.ZERO.plus(magnitudes),
        ExactSum.ZERO.plus(squares));
  }

  @Test
  void momentsOfTheWholeAreMeans() {
    float[] x = Observed.normal(100_000, 3, 5);
    for (int i = 0; i < x.length; i++) x[i] += 1;
    Moments moments = observed(Request.MOMENTS, List.of(Tensor.ofFloats(x, 10, 10_000))).moments();
    assertThat(moments.mean()).isCloseTo(1, within(0.03));
    assertThat(moments.secondMoment()).isCloseTo(10, within(0.15));
    // E|x| of N(1, 3) is 3 sqrt(2/pi) exp(-1/18) + erf(1 / (3 sqrt 2)).
    assertThat(moments.meanMagnitude()).isCloseTo(2.5252, within(0.03));
  }

  @Test
  void nothingFiniteHasNoMoments() {
    Statistics seen =
        observed(ALL, List.of(Tensor.ofFloats(new float[] {Float.NaN, 1f / 0}, 1, 2, 1)));
    assertThat(seen.moments()).isEqualTo(Moments.EMPTY);
    assertThat(seen.moments().mean()).isZero();
    assertThat(seen.moments().secondMoment()).isZero();
    assertThat(seen.channels(1).all()).containsExactly(Channel.EMPTY, Channel.EMPTY);
    assertThat(seen.channels(1).secondMoments()).containsExactly(0, 0);
  }

  @Test
  void largeSquaresAndSmallOnesAreBothKept() {
    Moments moments =
        observed(
                Request.MOMENTS,
                List.of(
                    Tensor.ofFloats(new float[] {Float.MAX_VALUE}, 1),
                    Tensor.ofFloats(new float[] {Float.MIN_VALUE}, 1)))
            .moments();
    double square = (double) Float.MAX_VALUE * Float.MAX_VALUE;
    assertThat(moments.squares().plus(-square))
        .isEqualTo(ExactSum.ZERO.plus((double) Float.MIN_VALUE * Float.MIN_VALUE));
  }

  @Test
  void anAxisThatIsNotThereIsRefused() {
    Tensor matrix = Tensor.ofFloats(new float[6], 2, 3);
    for (int axis : new int[] {2, -3}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> observed(Request.channels(axis), List.of(matrix)))
          .withMessageContaining("has no axis " + axis);
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> new Observer(Request.MOMENTS).observe(FiniteRange.EMPTY));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Statistics.empty(Request.channels(1)).channels(0))
        .withMessage("the statistics were gathered without channels along axis 0");
  }

  @Test
  void requestsAddUp() {
    Request both = Request.HISTOGRAM.plus(Request.channels(1));
    assertThat(both.covers(Request.HISTOGRAM)).isTrue();
    assertThat(both.covers(Request.RANGE)).isTrue();
    assertThat(both.covers(Request.channels(1))).isTrue();
    assertThat(both.covers(Request.channels(-1))).isFalse();
    assertThat(both.covers(Request.MOMENTS)).isFalse();
    assertThat(Statistics.empty(both).request()).isEqualTo(both);
  }

  @Test
  void textsOfSumsAreReadBack() {
    for (double value : new double[] {0, 1, -3, 0.1, 1e300, Double.MIN_VALUE, -Double.MAX_VALUE}) {
      ExactSum sum = ExactSum.ZERO.plus(value).plus(value);
      assertThat(ExactSum.parse(sum.toString())).isEqualTo(sum);
      assertThat(sum.mean(2)).isEqualTo(value);
    }
    assertThat(ExactSum.ZERO.plus(-27 * Math.scalb(1.0, -149))).hasToString("-0x1bp-149");
    for (String wrong : List.of("", "0x", "0x2p0", "0x1p", "0x0p1", "0x1p-1075", "0x1p1090", "1p0"))
      assertThatIllegalArgumentException().isThrownBy(() -> ExactSum.parse(wrong));
  }
}
