package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MixedSampleTest {
  /** Sample {@code row} has nothing but the value {@code row}. */
  private static MixedSample plain(int row, long... shape) {
    float[] values = new float[(int) Tensor.elements(shape)];
    Arrays.fill(values, row);
    return MixedSample.whole(Map.of("x", Tensor.ofFloats(values, shape)), row);
  }

  private static List<MixedSample> mixed(String how, Random random, int count, long... shape) {
    List<MixedSample> batch = IntStream.range(0, count).mapToObj(i -> plain(i, shape)).toList();
    return MixedSample.all(batch, Augmentation.parse(how), random);
  }

  private static float[] values(MixedSample sample) {
    return sample.inputs().values().iterator().next().toFloats();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mixup", "mixup:0.3", "cutmix", "cutmix:3", "mixup,cutmix"})
  void theMeanIsTheSharesOfBoth(String how) {
    for (int seed = 0; seed < 50; seed++)
      for (MixedSample sample : mixed(how, new Random(seed), 5, 1, 3, 6, 8)) {
        assertThat(sample.partner()).isEqualTo((sample.row() + 1) % 5);
        assertThat(sample.share()).isBetween(0.0, 1.0);
        double mean =
            IntStream.range(0, 144).mapToDouble(i -> values(sample)[i]).average().orElseThrow();
        double wanted = sample.share() * sample.row() + (1 - sample.share()) * sample.partner();
        assertThat(mean).isCloseTo(wanted, within(1e-5));
      }
  }

  /** One rectangle, and all channels of a pixel together. */
  @Test
  void cutmixTakesARectangle() {
    for (int seed = 0; seed < 50; seed++) {
      MixedSample sample = mixed("cutmix", new Random(seed), 2, 1, 6, 8, 3).getFirst();
      float[] values = values(sample);
      boolean[] rows = new boolean[6];
      boolean[] columns = new boolean[8];
      int taken = 0;
      for (int i = 0; i < values.length; i++) {
        assertThat(values[i]).isEqualTo(values[i / 3 * 3]).isIn(0f, 1f);
        if (values[i] != 1 || i % 3 != 0) continue;
        taken++;
        rows[i / 24] = true;
        columns[i / 3 % 8] = true;
      }
      long high = IntStream.range(0, 6).filter(y -> rows[y]).count();
      long wide = IntStream.range(0, 8).filter(x -> columns[x]).count();
      assertThat(high * wide).isEqualTo(taken);
      assertThat(sample.share()).isCloseTo(1 - taken / 48.0, within(1e-12));
    }
  }

  /** Mean 1/2 and variance 1 / (4 (2 alpha + 1)). */
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.4, 1, 2, 30})
  void sharesHaveTheMomentsOfBeta(double alpha) {
    Random random = new Random(5);
    int draws = 20_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      double share = MixedSample.share(alpha, random);
      assertThat(share).isBetween(0.0, 1.0);
      sum += share;
      squares += share * share;
    }
    double mean = sum / draws;
    double variance = 1 / (4 * (2 * alpha + 1));
    // Five standard errors; the fourth moment of what lies in [0, 1] is at most a sixteenth.
    assertThat(mean).isCloseTo(0.5, within(5 * Math.sqrt(variance / draws)));
    double spread = 5 * Math.sqrt(Math.max(1e-9, variance * 0.25) / draws);
    assertThat(squares / draws - mean * mean).isCloseTo(variance, within(spread));
  }

  @Test
  void nothingIsMixedUnlessAsked() {
    List<MixedSample> batch = List.of(plain(0, 2), plain(1, 3));
    assertThat(MixedSample.all(batch, Augmentation.parse("flip"), new Random(1))).isSameAs(batch);
  }

  @Test
  void labelsCountByTheShares() {
    MixedSample mixed = new MixedSample(Map.of(), 2, 0, 0.75);
    MixedSample alike = new MixedSample(Map.of(), 1, 2, 0.25);
    Tensor shares = LabelledClasses.mixed(List.of(0, 1, 1), List.of(mixed, alike), 3);
    assertThat(shares.shape()).containsExactly(2, 3);
    assertThat(shares.toFloats()).containsExactly(0.25f, 0.75f, 0, 0, 1, 0);
  }

  @Test
  void refusesSamplesOfSeveralShapes() {
    List<MixedSample> batch = List.of(plain(0, 2), plain(1, 3));
    Augmentation mixup = Augmentation.parse("mixup");
    assertThatThrownBy(() -> MixedSample.all(batch, mixup, new Random(1)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("cannot be mixed");
  }

  @Test
  void refusesWhatIsNotOfFloats() {
    Map<String, Tensor> words = Map.of("ids", Tensor.ofLongs(new long[4], 1, 4));
    assertThatThrownBy(() -> MixedSample.check(Augmentation.parse("mixup"), words))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("mixup: input ids is INT64");
    Map<String, Tensor> sound = Map.of("sound", Tensor.ofFloats(new float[8], 1, 4, 2));
    assertThatThrownBy(() -> MixedSample.check(Augmentation.parse("cutmix"), sound))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("cutmix: input sound of shape [1, 4, 2] is no image");
    MixedSample.check(Augmentation.parse("mixup"), sound);
    MixedSample.check(Augmentation.parse("flip"), words);
  }
}
