package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MatchedStatisticsTest {
  private static final int SAMPLES = 64;
  private static final DataSet DATA = SmallNetwork.samples(SAMPLES);

  private static FakeQuantized fake(Model model, String weights, DType activations) {
    return FakeQuantized.of(
        StaticMode.draft(
            model,
            SmallNetwork.recipe(WeightFormat.parse(weights), activations),
            DATA,
            StatisticsSource.RUN,
            1,
            Progress.NONE));
  }

  /** Nothing is held out: statistics are of all samples. */
  private static TrainOptions options(int epochs, int matched) {
    return new TrainOptions(
        epochs,
        16,
        Method.ADAMW,
        0.01,
        0.3,
        ZeroPoints.KEPT,
        0,
        0,
        1,
        0,
        0,
        0,
        1,
        0,
        0,
        matched,
        Augmentation.NONE,
        Zeros.KEPT_WHERE_PRUNED,
        null,
        0);
  }

  private static Map<String, Tensor> trained(
      FakeQuantized fake, Model teacher, TrainOptions options) {
    try (Trainer trainer = new Trainer(fake, teacher, DATA, options)) {
      return trainer.train(null, "", Trainer.Listener.NONE).parameters();
    }
  }

  /** The file's layers put out what the original's do, by mean and deviation of each channel. */
  @ParameterizedTest
  @CsvSource({"int3, UINT4", "int4, UINT8", "int4, INT4", "int8, UINT8"})
  void everyLayerHasTheOriginalsStatistics(String weights, DType activations) {
    Model original = SmallNetwork.model();
    FakeQuantized fake = fake(original, weights, activations);
    Model file = fake.export(trained(fake, original, options(0, 1)));
    Map<String, String> biases = Map.of("c1", "b1", "c2", "b2", "g", "b3");
    for (String name : biases.keySet()) {
      Node layer = node(file, name);
      int channels = name.equals("g") ? 4 : 8;
      ChannelMoments found = moments(file, layer.output(0), channels);
      ChannelMoments wanted = moments(original, node(original, name).output(0), channels);
      double deviation = Math.sqrt(wanted.variance());
      float[] steps = initializer(file, biases.get(name) + "_scale").toFloats();
      for (int c = 0; c < channels; c++) {
        // The bias is rounded too.
        assertThat(found.mean(c))
            .as(name)
            .isCloseTo(wanted.mean(c), within(0.001 * deviation + steps[c] / 2));
        assertThat(Math.sqrt(found.variance(c)))
            .as(name)
            .isCloseTo(Math.sqrt(wanted.variance(c)), within(0.01 * deviation));
      }
    }
    FileDifference difference =
        FileDifference.of(fake, trained(fake, original, options(0, 1)), file, DATA);
    assertThat(difference.isExplained()).isTrue();
  }

  /** Weights that the file decodes are no other layers. */
  @ParameterizedTest
  @ValueSource(strings = {"fp4-e2m1", "log4", "nf4", "codebook:3"})
  void layersOfDecodedWeightsHaveTheOriginalsStatistics(String weights) {
    Model original = SmallNetwork.model();
    FakeQuantized fake = fake(original, weights, DType.UINT8);
    Map<String, Tensor> untouched = trained(fake, original, options(0, 0));
    Map<String, Tensor> matched = trained(fake, original, options(0, 1));
    assertThat(distance(fake.export(matched), original))
        .isLessThan(0.02 * distance(fake.export(untouched), original));
    Model file = fake.export(matched);
    assertThat(FileDifference.of(fake, matched, file, DATA).isExplained()).isTrue();
  }

  /** Nodes need no names in ONNX. */
  @Test
  void layersWithoutNamesAreToldApart() {
    Model original = SmallNetwork.model();
    GraphEditor editor = new GraphEditor(original.graph());
    for (Node node : original.graph().nodes()) editor.replace(node, unnamed(node));
    Model unnamed = original.withGraph(editor.toGraph());
    FakeQuantized fake = fake(original, "int3", DType.UINT8);
    FakeQuantized other = fake(unnamed, "int3", DType.UINT8);
    Map<String, Tensor> expected = trained(fake, original, options(0, 1));
    Map<String, Tensor> found = trained(other, unnamed, options(0, 1));
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, tensor) ->
            assertThat(Objects.requireNonNull(found.get(name)).toFloats())
                .as(name)
                .isEqualTo(tensor.toFloats()));
  }

  private static Node unnamed(Node node) {
    return new Node(
        "",
        node.domain(),
        node.opType(),
        node.inputs(),
        node.outputs(),
        node.attributes(),
        node.opaque());
  }

  /** Codes stay, where each output channel has its own scale. */
  @Test
  void weightsKeepTheirCodes() {
    Model original = SmallNetwork.model();
    FakeQuantized fake = fake(original, "int4", DType.UINT8);
    Model before = fake.export(trained(fake, original, options(0, 0)));
    Model after = fake.export(trained(fake, original, options(0, 1)));
    for (String name : List.of("w1_quantized", "w2_quantized", "w3_quantized")) {
      Tensor was = initializer(before, name);
      assertThat(initializer(after, name).toLongs()).isEqualTo(was.toLongs());
    }
    assertThat(initializer(after, "w2_scale").toFloats())
        .isNotEqualTo(initializer(before, "w2_scale").toFloats());
  }

  /** A pruned model gets the statistics of the one from before, and its zeros stay. */
  @Test
  void thoseOfTheTeacherCount() {
    Model teacher = SmallNetwork.model();
    FakeQuantized fake = fake(SmallNetwork.pruned(), "int8", DType.UINT8);
    Model file = fake.export(trained(fake, teacher, options(0, 1)));
    ChannelMoments found = moments(file, "c2", 8);
    ChannelMoments wanted = moments(teacher, "c2", 8);
    double deviation = Math.sqrt(wanted.variance());
    for (int c = 0; c < 8; c++)
      assertThat(Math.sqrt(found.variance(c)))
          .isCloseTo(Math.sqrt(wanted.variance(c)), within(0.01 * deviation));
    long zeros =
        Arrays.stream(initializer(file, "w2_quantized").toLongs())
            .filter(code -> code == 0)
            .count();
    assertThat(zeros).isGreaterThanOrEqualTo(8 * 4 * 9);
  }

  /** What puts out little but its bias gets that right, and no larger steps. */
  @Test
  void aChannelOfWhichLittleIsLeftKeepsItsScale() {
    Model teacher = SmallNetwork.model();
    GraphEditor editor = new GraphEditor(teacher.graph());
    Tensor whole = initializer(teacher, "w2");
    float[] values = whole.toFloats();
    for (int i = 0; i < 8 * 9; i++) values[i] *= 0.01f;
    editor.replaceInitializer("w2", Tensor.ofFloats(values, whole.shape()));
    FakeQuantized fake = fake(teacher.withGraph(editor.toGraph()), "int8", DType.UINT8);
    Tensor before = initializer(fake.export(trained(fake, teacher, options(0, 0))), "w2_scale");
    Model file = fake.export(trained(fake, teacher, options(0, 1)));
    assertThat(initializer(file, "w2_scale").floatAt(0)).isEqualTo(before.floatAt(0));
    assertThat(initializer(file, "w2_scale").floatAt(1)).isNotEqualTo(before.floatAt(1));
    assertThat(moments(file, "c2", 8).mean(0))
        .isCloseTo(moments(teacher, "c2", 8).mean(0), within(1e-3));
  }

  /** After the epochs that are named, layers are trained as without. */
  @Test
  void statisticsAreFrozenAfterAWhile() {
    Model original = SmallNetwork.model();
    FakeQuantized fake = fake(original, "int2", DType.UINT4);
    double untouched = distance(fake, original, options(0, 0));
    assertThat(distance(fake, original, options(0, 1))).isLessThan(0.1 * untouched);
    double always = distance(fake, original, options(3, 3));
    double once = distance(fake, original, options(3, 1));
    assertThat(always).isLessThan(0.1 * untouched);
    assertThat(once).isGreaterThan(always);
  }

  /** Squared difference of the second layer's means and deviations. */
  private static double distance(FakeQuantized fake, Model original, TrainOptions options) {
    return distance(fake.export(trained(fake, original, options)), original);
  }

  private static double distance(Model file, Model original) {
    ChannelMoments found = moments(file, "c2", 8);
    ChannelMoments wanted = moments(original, "c2", 8);
    double sum = 0;
    for (int c = 0; c < 8; c++) {
      sum += Math.pow(found.mean(c) - wanted.mean(c), 2);
      sum += Math.pow(Math.sqrt(found.variance(c)) - Math.sqrt(wanted.variance(c)), 2);
    }
    return sum;
  }

  private static ChannelMoments moments(Model model, String value, int channels) {
    ChannelMoments moments = new ChannelMoments(channels);
    try (RunnableModel runnable =
        RunnableModel.open(model, List.of(value), RunOptions.asWritten())) {
      for (int row = 0; row < SAMPLES; row++)
        moments.add(
            Objects.requireNonNull(
                runnable.run(Map.of("x", SmallNetwork.image(row))).get(value), value));
    }
    return moments;
  }

  private static Node node(Model model, String name) {
    return model.graph().nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Tensor initializer(Model model, String name) {
    return Objects.requireNonNull(model.graph().initializers().get(name), name);
  }
}
