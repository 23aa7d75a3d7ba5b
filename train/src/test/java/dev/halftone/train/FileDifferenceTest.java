package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.graph.Model;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FileDifferenceTest {
  private static Map<String, Tensor> trained;
  private static FakeQuantized fake;

  @BeforeAll
  static void trainOnce() {
    fake = fake("int4", DType.UINT4);
    trained = train(fake);
  }

  private static FakeQuantized fake(String weights, DType activations) {
    return FakeQuantized.of(
        StaticMode.draft(
            SmallNetwork.model(),
            SmallNetwork.recipe(WeightFormat.parse(weights), activations),
            SmallNetwork.samples(16),
            StatisticsSource.RUN,
            1,
            Progress.NONE));
  }

  private static Map<String, Tensor> train(FakeQuantized network) {
    TrainOptions options = TrainOptions.defaults().withBatch(8).withEpochs(1);
    try (Trainer trainer = new Trainer(network, SmallNetwork.samples(16), options)) {
      return trainer.train(null, "", Trainer.Listener.NONE).parameters();
    }
  }

  @ParameterizedTest
  @CsvSource({"int8, UINT8", "int3, INT8", "ternary, UINT4"})
  void oneStepExplainsEveryRounding(String weights, DType activations) {
    FakeQuantized network = fake(weights, activations);
    Map<String, Tensor> parameters = train(network);
    FileDifference difference =
        FileDifference.of(
            network, parameters, network.export(parameters), SmallNetwork.samples(30));
    assertThat(difference.samples()).isEqualTo(8);
    assertThat(difference.isExplained()).as("%s", difference).isTrue();
    assertThat(difference.at()).isNotEmpty();
    assertThat(difference.outputs()).isBetween(0.0, 8.0);
  }

  /** A file with one other weight is not what was trained, and the value behind it is named. */
  @Test
  void anotherWeightIsFound() {
    Model file = fake.export(trained);
    Tensor codes = Objects.requireNonNull(file.graph().initializers().get("w2_quantized"));
    byte[] bytes = codes.data().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    for (int i = 0; i < 36; i++) bytes[i] = 0x77;
    GraphEditor editor = new GraphEditor(file.graph());
    editor.replaceInitializer("w2_quantized", Tensor.ofBytes(codes.dtype(), bytes, codes.shape()));
    FileDifference difference =
        FileDifference.of(
            fake, trained, file.withGraph(editor.toGraph()), SmallNetwork.samples(16));
    assertThat(difference.isExplained()).as("%s", difference).isFalse();
    assertThat(difference.roundings()).isGreaterThan(1.5);
    assertThat(List.of("c2_dequantized", "a_dequantized", "r2_dequantized"))
        .contains(difference.at());
  }

  @Test
  void asManySamplesAsThereAre() {
    FileDifference difference =
        FileDifference.of(fake, trained, fake.export(trained), SmallNetwork.samples(3));
    assertThat(difference.samples()).isEqualTo(3);
  }
}
