package dev.halftone.calibrate.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.scheme.Codes;
import dev.halftone.scheme.Range;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangeChoosersTest {
  private static final LeastError UINT8_ERROR =
      LeastError.squared(Codes.of(DType.UINT8, false, false), false);
  private static final List<RangeChooser> ALL =
      List.of(
          new MinMax(),
          new MovingAverage(),
          Percentile.DEFAULT,
          Entropy.DEFAULT,
          new Entropy(255),
          UINT8_ERROR,
          new LeastError(254, true, 2, 1),
          new LeastError(255, false, 2.4, 1),
          new LeastError(254, true, 4, 1),
          new LeastError(255, false, 1, 1),
          new LeastError(255, false, 2, 3),
          new Sigma(3));

  @Test
  void everyRangeContainsZeroAndStaysWithinWhatWasSeen() {
    float[][] tensors = {
      {0},
      {-0f, 0f},
      {5},
      {-5},
      {5, 6},
      {-7, -6},
      {-1, 1},
      {Float.MIN_VALUE},
      {Float.NaN},
      {},
      {Float.MAX_VALUE, -Float.MAX_VALUE},
      {Float.MAX_VALUE},
      {1e-30f, -2e-30f},
      {0, 0, 0, 1},
      Observed.normal(10_000, 3, 1),
      Observed.relu(Observed.normal(10_000, 3, 2))
    };
    for (RangeChooser chooser : ALL) {
      for (float[] x : tensors) {
        Statistics seen = Observed.of(x);
        Range range = chooser.choose(seen);
        Range whole = new MinMax().choose(seen);
        assertThat(range.low()).as("%s of %s", chooser, seen).isBetween(whole.low(), 0f);
        assertThat(range.high()).as("%s of %s", chooser, seen).isBetween(0f, whole.high());
      }
    }
  }

  @Test
  void constantsAreNotClippedAway() {
    for (RangeChooser chooser : ALL) {
      assertThat(chooser.choose(Observed.of(new float[] {5, 5, 5})).high())
          .as("%s", chooser)
          .isEqualTo(5f);
      assertThat(chooser.choose(Observed.of(new float[] {-5, -5, -5})).low())
          .as("%s", chooser)
          .isEqualTo(-5f);
    }
  }

  @Test
  void movingAverageIsTheMeanOfTheExtremes() {
    Statistics seen = Observed.of(new float[] {-1, 2}, new float[] {-3, 10});
    assertThat(new MovingAverage().choose(seen)).isEqualTo(new Range(-2, 6));
    assertThat(new MinMax().choose(seen)).isEqualTo(new Range(-3, 10));
  }

  @Test
  void percentileCutsBothEnds() {
    float[] x = new float[100_001];
    for (int i = 0; i < x.length; i++) x[i] = (i - 50_000) / 1000f;
    Range range = new Percentile(98).choose(Observed.of(x));
    assertThat(range.low()).isCloseTo(-49f, within(0.01f));
    assertThat(range.high()).isCloseTo(49f, within(0.01f));
    assertThat(new Percentile(100).choose(Observed.of(x))).isEqualTo(new Range(-50, 50));
    assertThatIllegalArgumentException().isThrownBy(() -> new Percentile(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Percentile(100.1));
  }

  @Test
  void percentileKeepsTheEndsOfFewElements() {
    // One of 1000 is more than 0.0005 %: nothing may be cut by more than the width of a bin.
    float[] x = Observed.with(Observed.normal(1000, 1, 5), 40f, -30f);
    Range range = Percentile.DEFAULT.choose(Observed.of(x));
    assertThat(range.high()).isCloseTo(40f, within(64f / 8192));
    assertThat(range.low()).isCloseTo(-30f, within(64f / 8192));
  }

  @Test
  void entropyCutsAnOutlierFromBothKindsOfTensor() {
    float[] x = Observed.with(Observed.normal(200_000, 1, 11), 60f);
    Range twoSided = Entropy.DEFAULT.choose(Observed.of(x));
    assertThat(twoSided.high()).isBetween(2f, 8f);
    assertThat(twoSided.low()).isBetween(-8f, -2f);
    Range oneSided = Entropy.DEFAULT.choose(Observed.of(Observed.relu(x)));
    assertThat(oneSided.low()).isZero();
    assertThat(oneSided.high()).isBetween(2f, 8f);
    float[] mirrored = Observed.relu(x);
    for (int i = 0; i < mirrored.length; i++) mirrored[i] = -mirrored[i];
    Range negative = Entropy.DEFAULT.choose(Observed.of(mirrored));
    assertThat(negative.high()).isZero();
    assertThat(negative.low()).isBetween(-8f, -2f);
  }

  @Test
  void aPlantedOutlierIsCut() {
    Statistics seen = Observed.of(Observed.with(Observed.normal(100_000, 1, 41), 60f));
    Codes codes = Codes.of(DType.UINT8, false, false);
    List<RangeChooser> cutting =
        List.of(
            new Percentile(99.99),
            Entropy.DEFAULT,
            Entropy.of(codes),
            new Sigma(4),
            new Sigma(6),
            LeastError.lp(codes, false, 1));
    for (RangeChooser chooser : cutting) {
      assertThat(chooser.choose(seen).high()).as("%s", chooser).isBetween(2.5f, 8f);
      assertThat(chooser.choose(seen).low()).as("%s", chooser).isBetween(-8f, -2.5f);
    }
    assertThat(new Sigma(4).choose(seen).high()).isCloseTo(4f, within(0.05f));
    assertThat(new MinMax().choose(seen).high()).isEqualTo(60f);
    // d/dh of N ((h - l) / 255)^2 / 12 + w (60 - h)^2 is 0 at h = (60 w + k l) / (w + k), k = N /
    // (255^2 12); l is about -4.
    double k = 100_000 / (255.0 * 255 * 12);
    assertThat(UINT8_ERROR.choose(seen).high())
        .isCloseTo((float) ((60 - 4 * k) / (1 + k)), within(0.5f));
    assertThat(LeastError.tfEnhanced(codes, false).choose(seen).high())
        .isCloseTo((float) ((180 - 4 * k) / (3 + k)), within(0.5f));
    assertThat(new LeastError(15, false, 2, 1).choose(seen).high()).isBetween(2.5f, 8f);
    anOutlierOfManyIsCutAtEightBitsToo(codes);
    squaredErrorKeepsAnOutlierThatCostsMoreThanTheSteps();
  }

  /** Steps over the whole range would cost more than the outlier does. */
  private static void anOutlierOfManyIsCutAtEightBitsToo(Codes codes) {
    float[] x = Observed.with(Observed.normal(1_000_000, 1, 61), 10f);
    Statistics seen = Observed.of(x);
    Range whole = new MinMax().choose(seen);
    assertThat(whole.high()).isEqualTo(10f);
    for (RangeChooser chooser :
        List.of(new Percentile(99.99), Entropy.DEFAULT, Entropy.of(codes), UINT8_ERROR)) {
      assertThat(chooser.choose(seen).high()).as("%s", chooser).isBetween(2.5f, 6f);
      assertThat(error(x, chooser.choose(seen))).as("%s", chooser).isLessThan(error(x, whole));
    }
  }

  private static void squaredErrorKeepsAnOutlierThatCostsMoreThanTheSteps() {
    float[] x = Observed.with(Observed.normal(100_000, 1, 67), 100f);
    Statistics seen = Observed.of(x);
    double k = 100_000 / (255.0 * 255 * 12);
    Range kept = UINT8_ERROR.choose(seen);
    assertThat(kept.high()).isCloseTo((float) ((100 - 4 * k) / (1 + k)), within(1f));
    Range cut = new Percentile(99.99).choose(seen);
    assertThat(cut.high()).isBetween(2.5f, 8f);
    assertThat(error(x, kept)).isLessThan(error(x, cut));
  }

  private static double error(float[] x, Range range) {
    return Observed.squaredError(x, range.low(), range.high(), 255);
  }

  @Test
  void deviationsKeepTheSignalOfASparseTensor() {
    // One in 50 is large: dropped round by round they would leave a range of nothing but noise.
    float[] x = Observed.normal(100_000, 0.01, 47);
    for (int i = 0; i < x.length; i++) x[i] = i % 50 == 0 ? 5 + x[i] : Math.max(x[i], 0);
    assertThat(new Sigma(4).choose(Observed.of(x)).high()).isGreaterThan(3f);
  }

  @Test
  void tabledPowersAgreeWithSquares() {
    Histogram histogram =
        Observed.of(Observed.with(Observed.normal(10_000, 1, 43), 9f, -7f)).histogram();
    ClippedSquares squares = new ClippedSquares(histogram);
    TabledPowers table = new TabledPowers(histogram, 2);
    for (int edge = 0; edge <= histogram.end(); edge += 97)
      assertThat(table.above(edge)).isCloseTo(squares.above(edge), within(1e-7));
    for (int edge = 0; edge >= histogram.first(); edge -= 97)
      assertThat(table.below(edge)).isCloseTo(squares.below(edge), within(1e-7));
  }

  @Test
  void entropyKeepsAnEvenSpread() {
    float[] x = new float[100_000];
    for (int i = 0; i < x.length; i++) x[i] = i / 100_000f;
    assertThat(Entropy.DEFAULT.choose(Observed.of(x)).high()).isGreaterThan(0.95f);
  }

  @Test
  void entropyDoesNotCountTheZerosOfARelu() {
    float[] x = Observed.relu(Observed.normal(200_000, 1, 13));
    float[] without =
        new float
            [(int) java.util.stream.IntStream.range(0, x.length).filter(i -> x[i] > 0).count()];
    int n = 0;
    for (float value : x) if (value > 0) without[n++] = value;
    assertThat(Entropy.DEFAULT.choose(Observed.of(x)))
        .isEqualTo(Entropy.DEFAULT.choose(Observed.of(without)));
  }

  /** Dead channels behind a Relu: each the same value at every position, as in small networks. */
  @Test
  void entropyDoesNotClipAtAValueThatComesAgainAndAgain() {
    Random random = new Random(51);
    float[] x = new float[80_000];
    for (int i = 0; i < 20_000; i++) x[i] = (float) Math.abs(random.nextGaussian());
    for (int channel = 0; channel < 50; channel++) {
      float value = random.nextFloat() * 0.4f;
      for (int i = 0; i < 1200; i++) x[20_000 + channel * 1200 + i] = value;
    }
    Range range = new Entropy(256).choose(Observed.of(x));
    assertThat(range.low()).isZero();
    assertThat(range.high()).isGreaterThan(2.5f);
  }

  @Test
  void entropyCutsOutliersFarBeyondTheBulk() {
    for (float outlier : new float[] {60, 200, 1000, 5000}) {
      float[] x = Observed.with(Observed.normal(100_000, 1, 53), outlier);
      float high = Entropy.DEFAULT.choose(Observed.of(x)).high();
      assertThat(high).as("%s", outlier).isBetween(2.5f, Math.max(8f, outlier / 31));
    }
  }

  @Test
  void entropyClipsNothingWhereLevelsAreFinerThanBins() {
    float[] x = Observed.with(Observed.normal(10_000, 1, 17), 60f);
    assertThat(new Entropy(65536).choose(Observed.of(x)).high()).isEqualTo(60f);
  }

  @Test
  void squaredErrorIsLeastAmongRanges() {
    float[][] tensors = {
      Observed.with(Observed.normal(50_000, 1, 19), 40f),
      Observed.with(Observed.relu(Observed.normal(50_000, 1, 23)), 25f, 24f),
      Observed.normal(50_000, 0.01, 29)
    };
    for (float[] x : tensors) {
      for (int steps : new int[] {15, 255}) {
        Statistics seen = Observed.of(x);
        Range chosen = new LeastError(steps, false, 2, 1).choose(seen);
        double error = Observed.squaredError(x, chosen.low(), chosen.high(), steps);
        Range whole = new MinMax().choose(seen);
        for (double share = 0.02; share <= 1; share += 0.02) {
          double other = Observed.squaredError(x, whole.low() * share, whole.high() * share, steps);
          assertThat(error)
              .as("steps %d, share %s", steps, share)
              .isLessThanOrEqualTo(other * 1.03);
        }
      }
    }
  }

  @Test
  void squaredErrorCutsALoneOutlierAndNotABulk() {
    float[] x = Observed.with(Observed.normal(200_000, 1, 31), 300f);
    // d/dh of N ((h - l) / 255)^2 / 12 + (300 - h)^2 is 0 at h = (300 + k l) / (1 + k), k = N /
    // (255^2 12); l is about -4.
    double k = 200_000 / (255.0 * 255 * 12);
    assertThat(UINT8_ERROR.choose(Observed.of(x)).high())
        .isCloseTo((float) ((300 - 4 * k) / (1 + k)), within(1f));
    float[] even = new float[100_000];
    for (int i = 0; i < even.length; i++) even[i] = i / 100_000f;
    assertThat(UINT8_ERROR.choose(Observed.of(even)).high()).isGreaterThan(0.98f);
    assertThat(new LeastError(15, true, 2, 1).choose(Observed.of(x)).high()).isLessThan(30f);
  }
}
