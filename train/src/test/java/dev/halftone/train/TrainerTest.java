package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.checkpoint.safetensors.Safetensors;
import dev.halftone.checkpoint.safetensors.SafetensorsWriter;
import dev.halftone.data.DataSet;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import dev.halftone.train.optimize.Method;
import dev.halftone.train.torch.Libtorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class TrainerTest {
  private static final int SAMPLES = 64;
  private static final TrainOptions OPTIONS =
      TrainOptions.defaults().withBatch(8).withEpochs(4).withRate(0.03);

  @TempDir private Path folder;

  /** Loading makes objects that stay. */
  @BeforeAll
  static void load() {
    Libtorch.require();
  }

  private static FakeQuantized fake() {
    Recipe recipe = SmallNetwork.recipe(WeightFormat.parse("int2"), DType.UINT4);
    return FakeQuantized.of(
        StaticMode.draft(
            SmallNetwork.model(),
            recipe,
            SmallNetwork.samples(16),
            StatisticsSource.RUN,
            1,
            Progress.NONE));
  }

  private static Training train(TrainOptions options, DataSet data) {
    return train(options, data, null, Trainer.Listener.NONE);
  }

  private static Training train(
      TrainOptions options, DataSet data, @Nullable Path checkpoint, Trainer.Listener listener) {
    try (Trainer trainer = new Trainer(fake(), data, options)) {
      return trainer.train(checkpoint, "run " + options, listener);
    }
  }

  private static double last(Training training) {
    return training.curve().getLast().heldOutLoss();
  }

  @ParameterizedTest
  @EnumSource
  void everyMethodMakesTheLossSmaller(Method method) {
    TrainOptions options =
        new TrainOptions(
            8,
            8,
            method,
            method == Method.SGD ? 0.3 : 0.03,
            0.3,
            ZeroPoints.LEARNED,
            0.1,
            1e-4,
            1,
            0.25,
            0,
            0,
            1,
            0,
            0,
            0,
            Augmentation.NONE,
            Zeros.TRAINED,
            null,
            1);
    Training training = train(options, SmallNetwork.samples(SAMPLES));
    assertThat(training.curve()).hasSize(9);
    assertThat(training.best()).isPositive();
    assertThat(training.curve().get(training.best()).heldOutLoss())
        .isLessThan(0.7 * training.curve().getFirst().heldOutLoss());
  }

  /** The file is nearer to the float model than before. */
  @Test
  void theFileIsBetterForIt() {
    FakeQuantized fake = fake();
    Training training;
    try (Trainer trainer =
        new Trainer(fake, SmallNetwork.samples(SAMPLES), OPTIONS.withEpochs(8))) {
      Training before = trainer.train(null, "", Trainer.Listener.NONE);
      training = before;
    }
    double trained = distance(fake.export(training.parameters()));
    double untrained;
    try (Trainer trainer =
        new Trainer(fake, SmallNetwork.samples(SAMPLES), OPTIONS.withEpochs(0))) {
      Training none = trainer.train(null, "", Trainer.Listener.NONE);
      assertThat(none.best()).isZero();
      untrained = distance(fake.export(none.parameters()));
    }
    assertThat(trained).isLessThan(0.8 * untrained);
  }

  /** Mean squared difference of answers to samples that nobody has seen. */
  private static double distance(Model model) {
    double sum = 0;
    try (RunnableModel quantized = RunnableModel.open(model, List.of(), RunOptions.deployed());
        RunnableModel original =
            RunnableModel.open(SmallNetwork.model(), List.of(), RunOptions.deployed())) {
      for (int row = 1000; row < 1100; row++) {
        Map<String, Tensor> input = Map.of("x", SmallNetwork.image(row));
        float[] a = quantized.run(input).values().iterator().next().toFloats();
        float[] b = original.run(input).values().iterator().next().toFloats();
        for (int i = 0; i < a.length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
      }
    }
    return sum;
  }

  @Test
  void theSameSeedGivesTheSameBytes() throws IOException {
    TrainOptions options =
        OPTIONS
            .withAugmentation(
                Augmentation.parse("flip,crop:1,zoom:0.5,color:0.2,noise:0.1,mixup,cutmix:0.7"))
            .withZeroPoints(ZeroPoints.LEARNED);
    assertThat(bytes(train(options, SmallNetwork.samples(SAMPLES))))
        .isEqualTo(bytes(train(options, SmallNetwork.samples(SAMPLES))));
  }

  private byte[] bytes(Training training) throws IOException {
    Path file = folder.resolve("trained.onnx");
    OnnxWriter.write(
        fake().export(training.parameters()), file, OnnxWriter.ExternalData.WHEN_NEEDED);
    return Files.readAllBytes(file);
  }

  /** A run that is killed in its third epoch, and gone on with, ends as one that was not. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "none 0 KEPT 1",
        "none 0 LEARNED 4",
        "none 1.5 LEARNED 0",
        "flip,crop:1,zoom:0.5,color:0.2,noise:0.1,mixup,cutmix:0.7 0 KEPT 0"
      })
  void goesOnWhereItWasKilled(
      String augmentation, double averaged, ZeroPoints zeroPoints, int matched) throws IOException {
    TrainOptions options =
        OPTIONS
            .withAugmentation(Augmentation.parse(augmentation))
            .withAveraged(averaged)
            .withZeroPoints(zeroPoints)
            .withMatched(matched);
    Path checkpoint = folder.resolve("state.safetensors");
    DataSet data = SmallNetwork.samples(SAMPLES);
    Trainer.Listener killer =
        new Trainer.Listener() {
          @Override
          public void step(long done, long all) {
            if (done == all / 2 + 3) throw new IllegalStateException("killed");
          }
        };
    assertThatThrownBy(() -> train(options, data, checkpoint, killer)).hasMessage("killed");
    Training resumed = train(options, data, checkpoint, Trainer.Listener.NONE);
    assertThat(resumed.resumed()).isEqualTo(2);
    Training whole = train(options, data);
    assertThat(resumed.curve()).isEqualTo(whole.curve());
    assertThat(bytes(resumed)).isEqualTo(bytes(whole));
  }

  @Test
  void refusesTheCheckpointOfAnotherTraining() {
    Path checkpoint = folder.resolve("state.safetensors");
    DataSet data = SmallNetwork.samples(SAMPLES);
    train(OPTIONS.withEpochs(1), data, checkpoint, Trainer.Listener.NONE);
    assertThatThrownBy(() -> train(OPTIONS, data, checkpoint, Trainer.Listener.NONE))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining("state.safetensors")
        .hasMessageContaining("another training");
  }

  @Test
  void refusesACheckpointThatIsNone() throws IOException {
    Path checkpoint = Files.writeString(folder.resolve("state.safetensors"), "no tensors");
    assertThatThrownBy(
            () -> train(OPTIONS, SmallNetwork.samples(16), checkpoint, Trainer.Listener.NONE))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining("state.safetensors");
  }

  private interface Damage {
    void to(Map<String, String> metadata, SequencedMap<String, Tensor> tensors);
  }

  /** Of the run that it says it is of, but for one thing. */
  private void assertRefused(String message, Damage damage) {
    Path checkpoint = folder.resolve("state.safetensors");
    DataSet data = SmallNetwork.samples(SAMPLES);
    if (!Files.exists(folder.resolve("whole")))
      train(OPTIONS, data, folder.resolve("whole"), Trainer.Listener.NONE);
    Safetensors whole = Safetensors.read(folder.resolve("whole"));
    Map<String, String> metadata = new LinkedHashMap<>(whole.metadata());
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>(whole.tensors());
    damage.to(metadata, tensors);
    SafetensorsWriter.write(checkpoint, metadata, tensors);
    assertThatThrownBy(() -> train(OPTIONS, data, checkpoint, Trainer.Listener.NONE))
        .as(message)
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContainingAll("state.safetensors", message);
  }

  @Test
  void refusesDamagedCheckpoints() {
    List<String> parts = List.of("current.", "best.", "memory.first.", "memory.second.");
    String weight = fake().weights().iterator().next();
    for (String part : parts) {
      String name = part.substring(0, part.indexOf('.'));
      assertRefused(name + ": [", (metadata, tensors) -> tensors.remove(part + weight));
      assertRefused(
          name + ": [",
          (metadata, tensors) -> tensors.put(part + "more", Tensor.ofFloats(new float[1], 1)));
      assertRefused(
          "has the shape [1]",
          (metadata, tensors) -> tensors.put(part + weight, Tensor.ofFloats(new float[1], 1)));
    }
    assertRefused(
        "0 steps in 4 epochs", (metadata, tensors) -> metadata.put("halftone.steps", "0"));
    assertRefused(
        "28 steps in -1 epochs", (metadata, tensors) -> metadata.put("halftone.curve", ""));
    assertRefused("damaged", (metadata, tensors) -> metadata.put("halftone.curve", "0 1"));
    assertRefused(
        "point 0 of its curve is of epoch 1",
        (metadata, tensors) -> metadata.put("halftone.curve", "1 1 1 1 1"));
  }

  @Test
  void meansDoNotHaveMatchedStatistics() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OPTIONS.withAveraged(2).withMatched(1))
        .withMessageContaining("either is to be had, not both");
  }

  @Test
  void labelsCanBeLearned() {
    DataSet data = SmallNetwork.labelled(SAMPLES, 4);
    Training training = train(OPTIONS.withLabelShare(1), data);
    assertThat(training.curve().getLast().trainLoss())
        .isLessThan(training.curve().get(1).trainLoss());
    assertThat(training.curve().getFirst().accuracy()).isBetween(0.0, 1.0);
  }

  /** Pictures of which half is another's are half the other's in the loss too. */
  @Test
  void labelsOfMixedSamplesCanBeLearned() {
    DataSet data = SmallNetwork.labelled(SAMPLES, 4);
    TrainOptions options = OPTIONS.withAugmentation(Augmentation.parse("mixup"));
    Training training = train(options.withLabelShare(1), data);
    assertThat(training.curve().getLast().trainLoss())
        .isLessThan(training.curve().get(1).trainLoss());
  }

  @Test
  void refusesToMixBatchesOfOne() {
    TrainOptions options = OPTIONS.withAugmentation(Augmentation.parse("mixup"));
    assertThatThrownBy(() -> options.withBatch(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("batch to mix samples of 1");
  }

  /** Each layer comes nearer to the original's, not only the answer. */
  @Test
  void innerValuesCanBeImitated() {
    DataSet data = SmallNetwork.samples(SAMPLES);
    Training training = train(OPTIONS.withEpochs(8).withFeatureShare(0.9), data);
    assertThat(training.curve().getLast().trainLoss())
        .isLessThan(0.8 * training.curve().get(1).trainLoss());
    assertThat(last(training)).isLessThan(training.curve().getFirst().heldOutLoss());
    assertThat(training.curve()).isNotEqualTo(train(OPTIONS.withEpochs(8), data).curve());
  }

  /** The steps are the same, what is judged and kept is not. */
  @Test
  void meansAreJudgedInThePlaceOfTheLastStep() throws IOException {
    DataSet data = SmallNetwork.samples(SAMPLES);
    Training last = train(OPTIONS, data);
    Training mean = train(OPTIONS.withAveraged(2), data);
    for (int i = 1; i < last.curve().size(); i++)
      assertThat(mean.curve().get(i).trainLoss()).isEqualTo(last.curve().get(i).trainLoss());
    assertThat(last(mean)).isNotEqualTo(last(last));
    assertThat(last(mean)).isLessThan(mean.curve().getFirst().heldOutLoss());
    assertThat(bytes(mean)).isNotEqualTo(bytes(last));
    // A mean over a single step is that step's.
    assertThat(bytes(train(OPTIONS.withAveraged(1e-3), data))).isEqualTo(bytes(last));
  }

  /** Learned ones differ from calibration's, within their codes; kept ones do not. */
  @ParameterizedTest
  @EnumSource
  void zeroPointsAreLearnedWhereThatIsWanted(ZeroPoints wanted) {
    FakeQuantized fake = fake();
    DataSet data = SmallNetwork.samples(SAMPLES);
    TrainOptions options = OPTIONS.withEpochs(8).withZeroPoints(wanted);
    Training training;
    try (Trainer trainer = new Trainer(fake, data, options)) {
      training = trainer.train(null, "", Trainer.Listener.NONE);
    }
    assertThat(training.best()).isPositive();
    Model file = fake.export(training.parameters());
    boolean learned = wanted == ZeroPoints.LEARNED;
    assertThat(zeroPoints(file).equals(zeroPoints(fake.export(initial(fake)))))
        .isNotEqualTo(learned);
    assertThat(zeroPoints(file).values()).allMatch(code -> code >= 0 && code <= 15);
    assertThat(FileDifference.of(fake, training.parameters(), file, data).isExplained()).isTrue();
  }

  private static Map<String, Tensor> initial(FakeQuantized fake) {
    Map<String, Tensor> initial = new HashMap<>(fake.model().graph().initializers());
    fake.zeroPoints().forEach(zeroPoint -> initial.remove(zeroPoint.name()));
    return initial;
  }

  /** Of activations, as the file has them. */
  private static Map<String, Long> zeroPoints(Model file) {
    Map<String, Long> zeroPoints = new TreeMap<>();
    for (Node node : file.graph().nodes())
      if (node.is("QuantizeLinear"))
        zeroPoints.put(
            node.input(2),
            Objects.requireNonNull(file.graph().initializers().get(node.input(2))).longAt(0));
    return zeroPoints;
  }

  @Test
  void zeroPointsAreNotLearnedWhereScalesAreNot() {
    TrainOptions kept =
        new TrainOptions(
            1,
            8,
            Method.SGD,
            0.1,
            0,
            ZeroPoints.KEPT,
            0,
            0,
            0,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            Augmentation.NONE,
            Zeros.TRAINED,
            null,
            0);
    assertThatThrownBy(() -> kept.withZeroPoints(ZeroPoints.LEARNED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rate of scales to learn zero points at 0.0 is out of range");
  }

  @Test
  void refusesLabelsOfOneClass() {
    assertThatThrownBy(() -> train(OPTIONS.withLabelShare(0.5), SmallNetwork.labelled(16, 1)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("every sample is of class 0");
  }

  @Test
  void refusesLabelsOutOfRange() {
    assertThatThrownBy(() -> train(OPTIONS.withLabelShare(0.5), SmallNetwork.labelled(16, 5)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("sample 4 has class 4, the model tells 4 apart");
  }

  @Test
  void refusesLabelsThatAreNotThere() {
    assertThatThrownBy(() -> train(OPTIONS.withLabelShare(0.5), SmallNetwork.samples(16)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("labels");
  }

  @Test
  void refusesABatchLargerThanTheData() {
    assertThatThrownBy(() -> train(OPTIONS.withBatch(64), SmallNetwork.samples(SAMPLES)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("a batch of 64 is larger than the data: 58 samples");
  }

  @Test
  void refusesATeacherOfOtherOutputs() {
    Model small = SmallNetwork.model();
    GraphEditor editor = new GraphEditor(small.graph());
    editor.setOutputs(List.of(new ValueInfo("logits", null)));
    Model teacher = small.withGraph(editor.toGraph());
    assertThatThrownBy(
            () -> new Trainer(fake(), teacher, SmallNetwork.samples(16), OPTIONS).close())
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("teacher")
        .hasMessageContaining("[logits]")
        .hasMessageContaining("[y]");
  }

  @Test
  void stopsWhenTheLossIsNoNumberAndKeepsTheBest() {
    // Waits for the second epoch: the first has whole batches only.
    Rows rows = Rows.of(SAMPLES, OPTIONS);
    List<Integer> late = new ArrayList<>(rows.trained());
    rows.batches(1, OPTIONS).forEach(late::removeAll);
    int broken =
        rows.batches(2, OPTIONS).stream()
            .flatMap(List::stream)
            .filter(late::contains)
            .findFirst()
            .orElseThrow();
    Path checkpoint = folder.resolve("state.safetensors");
    Trainer.Listener killer =
        new Trainer.Listener() {
          @Override
          public void epoch(Epoch epoch) {
            if (epoch.number() == 1) throw new IllegalStateException("killed");
          }
        };
    assertThatThrownBy(() -> train(OPTIONS, SmallNetwork.samples(SAMPLES), checkpoint, killer))
        .hasMessage("killed");
    Snapshot first = Objects.requireNonNull(Snapshot.read(checkpoint, "run " + OPTIONS));
    assertThatThrownBy(() -> train(OPTIONS, SmallNetwork.broken(SAMPLES, broken)))
        .isInstanceOfSatisfying(
            DivergedException.class,
            e -> {
              assertThat(e.soFar().best()).isEqualTo(1);
              assertSame(e.soFar().parameters(), first.best());
            })
        .hasMessageContaining("not a number in epoch 2")
        .hasMessageEndingWith(": input x of sample " + broken + " has NaN or infinite elements");
  }

  private static void assertSame(Map<String, Tensor> found, Map<String, Tensor> expected) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, value) -> {
          float[] values = value.toFloats();
          for (float element : values) assertThat(element).as(name).isFinite();
          assertThat(Objects.requireNonNull(found.get(name)).toFloats()).as(name).isEqualTo(values);
        });
  }

  @Test
  void saysWhatMayHelpWhereTheDataIsSound() {
    assertThatThrownBy(() -> train(OPTIONS.withRate(9.9).withEpochs(30), tooLarge()))
        .isInstanceOf(DivergedException.class)
        .hasMessageEndingWith(": a lower learning rate may help");
  }

  /** Finite, but no number is left of what is computed with it. */
  private static DataSet tooLarge() {
    return SmallNetwork.broken(SAMPLES, 40, Float.MAX_VALUE);
  }

  @Test
  void stopsWhenNothingGetsBetter() {
    TrainOptions options =
        new TrainOptions(
            30,
            8,
            Method.SGD,
            1e-9,
            0,
            ZeroPoints.KEPT,
            0,
            0,
            0,
            0.25,
            2,
            0,
            1,
            0,
            0,
            0,
            Augmentation.NONE,
            Zeros.TRAINED,
            null,
            0);
    Training training = train(options, SmallNetwork.samples(SAMPLES));
    assertThat(training.curve().size()).isLessThan(10);
  }

  /** Objects and memory of one epoch are gone before the next. */
  @Test
  void nativeMemoryDoesNotGrow() throws InterruptedException {
    List<Long> live = new ArrayList<>();
    Trainer.Listener counter =
        new Trainer.Listener() {
          @Override
          public void epoch(Epoch epoch) {
            live.add(Libtorch.liveObjects());
          }
        };
    long before = LiveObjects.settled();
    train(OPTIONS.withEpochs(5).withAveraged(1), SmallNetwork.samples(32), null, counter);
    assertThat(live.get(5)).isEqualTo(live.get(2));
    assertThat(Libtorch.liveObjects()).isEqualTo(before);
  }
}
