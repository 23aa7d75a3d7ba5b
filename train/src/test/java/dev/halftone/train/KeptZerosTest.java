package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import dev.halftone.train.optimize.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KeptZerosTest {
  /** Nothing is held out, so that an epoch that was trained is the best. */
  private static final TrainOptions OPTIONS = options(Method.ADAMW);

  @TempDir private Path folder;

  private static TrainOptions options(Method method) {
    return new TrainOptions(
        3,
        8,
        method,
        0.05,
        0.3,
        ZeroPoints.KEPT,
        0,
        0.01,
        1,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        Augmentation.NONE,
        Zeros.KEPT_WHERE_PRUNED,
        null,
        0);
  }

  private static FakeQuantized fake(Model model, String weights) {
    return FakeQuantized.of(
        StaticMode.draft(
            model,
            SmallNetwork.recipe(WeightFormat.parse(weights), DType.UINT8),
            SmallNetwork.samples(16),
            StatisticsSource.RUN,
            1,
            Progress.NONE));
  }

  private static Training train(FakeQuantized fake, TrainOptions options) {
    try (Trainer trainer = new Trainer(fake, SmallNetwork.samples(32), options)) {
      return trainer.train(null, "", Trainer.Listener.NONE);
    }
  }

  /** A weight of the file in codes relative to its zero point. */
  private static long[] codes(Model file, String weight) {
    Map<String, Tensor> constants = file.graph().initializers();
    Tensor codes = Objects.requireNonNull(constants.get(weight + "_quantized"));
    long zero = Objects.requireNonNull(constants.get(weight + "_zero_point")).longAt(0);
    long[] values = new long[(int) codes.count()];
    for (int i = 0; i < values.length; i++) values[i] = codes.longAt(i) - zero;
    return values;
  }

  private static float[] before(String weight) {
    return Objects.requireNonNull(SmallNetwork.pruned().graph().initializers().get(weight))
        .toFloats();
  }

  @ParameterizedTest
  @CsvSource({"int8, ADAMW", "uint8, ADAM", "int4, SGD"})
  void zerosOfTheFileAreZerosOfTheModel(String weights, Method method) {
    FakeQuantized fake = fake(SmallNetwork.pruned(), weights);
    Training training = train(fake, options(method));
    assertThat(training.best()).isPositive();
    Model file = fake.export(training.parameters());
    for (String weight : new String[] {"w2", "w3"}) {
      float[] was = before(weight);
      long[] codes = codes(file, weight);
      int moved = 0;
      for (int i = 0; i < was.length; i++) {
        if (was[i] == 0) assertThat(codes[i]).as("%s[%d]", weight, i).isZero();
        else if (codes[i] != 0) moved++;
      }
      assertThat(moved).isGreaterThan(was.length / 4);
    }
    assertThat(training.sparsity()).isBetween(0.3, 0.5);
  }

  /** At most two of four neighbours along the input channels, at each place of the kernel. */
  @Test
  void twoOfFourHoldsInTheCodes() {
    FakeQuantized fake = fake(SmallNetwork.pruned(), "int8");
    long[] codes = codes(fake.export(train(fake, OPTIONS).parameters()), "w2");
    for (int output = 0; output < 8; output++)
      for (int group = 0; group < 8; group += 4)
        for (int place = 0; place < 9; place++) {
          int live = 0;
          for (int input = group; input < group + 4; input++)
            if (codes[(output * 8 + input) * 9 + place] != 0) live++;
          assertThat(live).isLessThanOrEqualTo(2);
        }
  }

  @Test
  void zerosMoveWhereTheyAreTrained() {
    FakeQuantized fake = fake(SmallNetwork.pruned(), "int8");
    Training training = train(fake, OPTIONS.withZeros(Zeros.TRAINED));
    assertThat(training.sparsity()).isZero();
    float[] was = before("w2");
    long[] codes = codes(fake.export(training.parameters()), "w2");
    int moved = 0;
    for (int i = 0; i < was.length; i++) if (was[i] == 0 && codes[i] != 0) moved++;
    assertThat(moved).isGreaterThan(10);
  }

  /** One weight that happens to be zero does not make a pruned model. */
  @Test
  void aFewZerosAreNoMask() {
    Model whole = SmallNetwork.model();
    Tensor weight = Objects.requireNonNull(whole.graph().initializers().get("w2"));
    float[] values = weight.toFloats();
    values[5] = 0;
    GraphEditor editor = new GraphEditor(whole.graph());
    editor.replaceInitializer("w2", Tensor.ofFloats(values, weight.shape()));
    FakeQuantized fake = fake(whole.withGraph(editor.toGraph()), "int8");
    assertThat(KeptZeros.of(fake, Zeros.KEPT_WHERE_PRUNED).masks()).isEmpty();
    KeptZeros kept = KeptZeros.of(fake, Zeros.KEPT);
    assertThat(kept.masks()).hasSize(1);
    assertThat(kept.zeros()).isEqualTo(1);
    assertThat(KeptZeros.of(fake, Zeros.TRAINED).masks()).isEmpty();
  }

  /** A pruned weight makes the few zeros of the others a mask too. */
  @Test
  void onePrunedWeightMakesAllZerosAMask() {
    FakeQuantized fake = fake(SmallNetwork.pruned(), "int8");
    KeptZeros kept = KeptZeros.of(fake, Zeros.KEPT_WHERE_PRUNED);
    assertThat(kept.masks()).hasSize(2);
    assertThat(kept.zeros()).isEqualTo((8 * 8 * 9 + 4 * 128) / 2);
  }

  @Test
  void theyStayZeroThroughACheckpoint() {
    Path checkpoint = folder.resolve("state.safetensors");
    FakeQuantized fake = fake(SmallNetwork.pruned(), "int8");
    Trainer.Listener killer =
        new Trainer.Listener() {
          @Override
          public void epoch(Epoch epoch) {
            if (epoch.number() == 1) throw new IllegalStateException("killed");
          }
        };
    try (Trainer trainer = new Trainer(fake, SmallNetwork.samples(32), OPTIONS)) {
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> trainer.train(checkpoint, "", killer))
          .hasMessage("killed");
    }
    try (Trainer trainer = new Trainer(fake, SmallNetwork.samples(32), OPTIONS)) {
      Training training = trainer.train(checkpoint, "", Trainer.Listener.NONE);
      assertThat(training.resumed()).isEqualTo(1);
      float[] was = before("w3");
      long[] codes = codes(fake.export(training.parameters()), "w3");
      for (int i = 0; i < was.length; i++) if (was[i] == 0) assertThat(codes[i]).isZero();
    }
  }

  /** What the file decodes is zero where the model was. */
  @ParameterizedTest
  @CsvSource({"nf4", "fp4-e2m1", "log4", "codebook:2", "codebook:4"})
  void zerosStayInFormatsThatAreDecoded(String weights) {
    Model pruned = SmallNetwork.pruned();
    FakeQuantized fake = fake(pruned, weights);
    Model file = fake.export(train(fake, OPTIONS).parameters());
    float[] before = Objects.requireNonNull(pruned.graph().initializers().get("w2")).toFloats();
    try (RunnableModel runnable = RunnableModel.open(file, List.of("w2"), RunOptions.asWritten())) {
      Map<String, Tensor> read = runnable.run(Map.of("x", SmallNetwork.image(0)));
      float[] after = Objects.requireNonNull(read.get("w2")).toFloats();
      for (int i = 0; i < before.length; i++)
        if (before[i] == 0) assertThat(after[i]).as("element %d", i).isZero();
    }
  }

  @Test
  void aFormatWithoutZeroIsRefused() {
    FakeQuantized fake = fake(SmallNetwork.pruned(), "binary");
    assertThatThrownBy(() -> train(fake, OPTIONS))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("weight w2 (binary)")
        .hasMessageContaining("--no-keep-zeros");
    assertThat(train(fake, OPTIONS.withZeros(Zeros.TRAINED)).best()).isNotNegative();
  }
}
