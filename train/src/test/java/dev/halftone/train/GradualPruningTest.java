package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.graph.Model;
import dev.halftone.prune.NodeChoice;
import dev.halftone.prune.PruneRequest;
import dev.halftone.prune.PruneRequest.Method;
import dev.halftone.prune.PruneRequest.Scope;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GradualPruningTest {
  private static final TrainOptions OPTIONS =
      TrainOptions.defaults().withBatch(8).withEpochs(6).withRate(0.03);
  private static final PruneRequest HALF =
      new PruneRequest.Sparsity(0.5, Scope.GLOBAL, Method.MAGNITUDE, NodeChoice.ALL);
  private static final PruneRequest TWO_OF_FOUR =
      new PruneRequest.Pattern(2, 4, Method.MAGNITUDE, NodeChoice.ALL);

  @TempDir private Path folder;

  private static FakeQuantized fake() {
    return FakeQuantized.of(
        StaticMode.draft(
            SmallNetwork.model(),
            SmallNetwork.recipe(WeightFormat.parse("int8"), DType.UINT8),
            SmallNetwork.samples(16),
            StatisticsSource.RUN,
            1,
            Progress.NONE));
  }

  private static Map<String, Tensor> initial(FakeQuantized fake) {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    for (String name : fake.weights())
      parameters.put(name, Objects.requireNonNull(fake.model().graph().initializers().get(name)));
    return parameters;
  }

  private static double zeros(Map<String, Tensor> masks) {
    double zeros = 0;
    double all = 0;
    for (Tensor mask : masks.values()) {
      all += mask.count();
      for (float value : mask.toFloats()) if (value == 0) zeros++;
    }
    return zeros / all;
  }

  /** 0.5 * (1 - (1 - e / 4)^3), and the whole from the fourth epoch of eight on. */
  @ParameterizedTest
  @CsvSource({"1, 0.289", "2, 0.4375", "3, 0.492", "4, 0.5", "7, 0.5"})
  void zerosBecomeMoreAlongACubic(int epoch, double share) {
    FakeQuantized fake = fake();
    GradualPruning pruning = new GradualPruning(fake, HALF, 8);
    Map<String, Tensor> masks = pruning.masks(epoch, initial(fake));
    assertThat(masks).hasSize(3);
    assertThat(zeros(masks)).isBetween(share - 0.002, share + 0.002);
  }

  @Test
  void aPatternTakesOneNeighbourAfterTheOther() {
    FakeQuantized fake = fake();
    GradualPruning pruning = new GradualPruning(fake, TWO_OF_FOUR, 16);
    assertThat(pruning.masks(1, initial(fake))).isEmpty();
    // RGB's three channels are no multiple of four, and stay.
    double prunable = (8 * 8 * 9 + 4 * 128.0) / (8 * 3 * 9 + 8 * 8 * 9 + 4 * 128);
    assertThat(zeros(pruning.masks(4, initial(fake)))).isEqualTo(0.25 * prunable);
    assertThat(zeros(pruning.masks(8, initial(fake)))).isEqualTo(0.5 * prunable);
  }

  @Test
  void theFileHasTheZerosThatWereAskedFor() {
    FakeQuantized fake = fake();
    Training training = train(fake, OPTIONS.withPruning(HALF), null);
    assertThat(training.best()).isGreaterThanOrEqualTo(3);
    assertThat(training.sparsity()).isBetween(0.499, 0.5);
    Model file = fake.export(training.parameters());
    double zero = 0;
    double all = 0;
    for (String weight : new String[] {"w1", "w2", "w3"}) {
      Tensor codes = Objects.requireNonNull(file.graph().initializers().get(weight + "_quantized"));
      all += codes.count();
      for (int i = 0; i < codes.count(); i++) if (codes.longAt(i) == 0) zero++;
    }
    assertThat(zero / all).isGreaterThanOrEqualTo(0.499);
  }

  @Test
  void aRunThatWasKilledEndsWithTheSameZeros() {
    TrainOptions options = OPTIONS.withPruning(TWO_OF_FOUR);
    Path checkpoint = folder.resolve("state.safetensors");
    Trainer.Listener killer =
        new Trainer.Listener() {
          @Override
          public void epoch(Epoch epoch) {
            if (epoch.number() == 4) throw new IllegalStateException("killed");
          }
        };
    FakeQuantized fake = fake();
    try (Trainer trainer = new Trainer(fake, SmallNetwork.samples(32), options)) {
      assertThatThrownBy(() -> trainer.train(checkpoint, "", killer)).hasMessage("killed");
    }
    Training resumed = train(fake, options, checkpoint);
    assertThat(resumed.resumed()).isEqualTo(4);
    Training whole = train(fake, options, null);
    assertThat(resumed.curve()).isEqualTo(whole.curve());
    whole
        .parameters()
        .forEach(
            (name, value) ->
                assertThat(Objects.requireNonNull(resumed.parameters().get(name)).toFloats())
                    .as(name)
                    .isEqualTo(value.toFloats()));
  }

  private static Training train(
      FakeQuantized fake,
      TrainOptions options,
      @org.jspecify.annotations.Nullable Path checkpoint) {
    try (Trainer trainer = new Trainer(fake, SmallNetwork.samples(32), options)) {
      return trainer.train(checkpoint, "", Trainer.Listener.NONE);
    }
  }
}
