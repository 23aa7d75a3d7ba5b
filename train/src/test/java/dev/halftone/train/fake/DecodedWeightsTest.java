package dev.halftone.train.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Encoder;
import dev.halftone.quantize.codes.Scaling;
import dev.halftone.quantize.qdq.DecodedWeight;
import dev.halftone.quantize.qdq.StaticDraft;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.runtime.DeployedOperators;
import dev.halftone.runtime.Operator;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.FileDifference;
import dev.halftone.train.SmallNetwork;
import dev.halftone.train.TrainOptions;
import dev.halftone.train.Trainer;
import dev.halftone.train.Training;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.torch.TorchTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights that the file decodes are trained as the quantize module encodes them. */
final class DecodedWeightsTest {
  private static final List<String> WEIGHTS = List.of("w2", "w3");

  @TempDir private Path folder;

  private static StaticDraft draft(String weights, int block) {
    return draft(SmallNetwork.model(), weights, block);
  }

  private static StaticDraft draft(Model model, String weights, int block) {
    Granularity granularity =
        block == 0 ? new Granularity.PerChannel() : new Granularity.PerBlock(block);
    return StaticMode.draft(
        model,
        SmallNetwork.recipe(WeightFormat.parse(weights), DType.UINT8, granularity),
        SmallNetwork.samples(16),
        StatisticsSource.RUN,
        1,
        Progress.NONE);
  }

  private static Training train(FakeQuantized fake, int epochs) {
    TrainOptions options = TrainOptions.defaults().withBatch(8).withEpochs(epochs).withRate(0.05);
    try (Trainer trainer = new Trainer(fake, SmallNetwork.samples(48), options)) {
      return trainer.train(null, "", Trainer.Listener.NONE);
    }
  }

  /** As if they had been trained: everything is different, and scales far enough to cut off. */
  private static Map<String, Tensor> moved(FakeQuantized fake) {
    Random random = new Random(4);
    Map<String, Tensor> initial = fake.model().graph().initializers();
    Map<String, Tensor> moved = new LinkedHashMap<>();
    for (String name : fake.weights())
      moved.put(name, times(Objects.requireNonNull(initial.get(name)), 0.1, random));
    for (String name : fake.scales())
      moved.put(name, times(Objects.requireNonNull(initial.get(name)), 0.1, random));
    return moved;
  }

  private static Tensor times(Tensor tensor, double spread, Random random) {
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++)
      values[i] *= (float) Math.max(0.2, 1 + spread * random.nextGaussian());
    return Tensor.ofFloats(values, tensor.shape());
  }

  @ParameterizedTest
  @CsvSource({
    "int8, 16",
    "int4, 24",
    "int3, 16",
    "ternary, 9",
    "uint8, 32",
    "fp8-e4m3, 0",
    "fp8-e5m2, 16",
    "fp6-e2m3, 0",
    "fp6-e3m2, 24",
    "fp4-e2m1, 0",
    "fp4-e2m1, 16",
    "log2, 0",
    "log4, 0",
    "log4h, 24",
    "log8, 0",
    "nf4, 0",
    "nf4, 16",
    "fp4, 0",
    "codebook:2, 0",
    "codebook:3, 16",
    "codebook:8, 0"
  })
  void roundsToTheVeryFloatsOfTheFile(String weights, int block) {
    StaticDraft draft = draft(weights, block);
    assertThat(draft.decoded()).extracting(DecodedWeight::name).containsAll(WEIGHTS);
    FakeQuantized fake = FakeQuantized.of(draft);
    Map<String, Tensor> trained = moved(fake);
    Model file = fake.export(trained);
    try (RunnableModel runnable = RunnableModel.open(file, WEIGHTS, RunOptions.asWritten());
        TorchGraph graph = TorchGraph.of(fake.model(), trained.keySet());
        PointerScope scope = new PointerScope()) {
      trained.forEach(
          (name, value) ->
              TorchTensors.fill(Objects.requireNonNull(graph.parameters().get(name)), value));
      Map<String, Tensor> read = runnable.run(Map.of("x", SmallNetwork.image(0)));
      Map<String, org.bytedeco.pytorch.Tensor> rounded =
          graph.run(Map.of("x", TorchTensors.of(SmallNetwork.image(0))), WEIGHTS);
      for (DecodedWeight weight : draft.decoded()) {
        if (!WEIGHTS.contains(weight.name())) continue;
        Tensor floats = Objects.requireNonNull(trained.get(weight.name() + "_trained"));
        Tensor scales = Objects.requireNonNull(trained.get(weight.name() + "_scale"));
        float[] found =
            TorchTensors.copy(Objects.requireNonNull(rounded.get(weight.name()))).toFloats();
        assertThat(found)
            .isEqualTo(decoded(weight.request(), floats, scales))
            .isEqualTo(Objects.requireNonNull(read.get(weight.name())).toFloats());
        assertThat(found).isNotEqualTo(floats.toFloats());
      }
    }
  }

  /** What the quantize module makes of other values with other scales. */
  private static float[] decoded(CodeRequest request, Tensor floats, Tensor scales) {
    CodeRequest other =
        new CodeRequest(request.name(), floats, request.layout(), request.format())
            .with(Scaling.known(scales.toFloats()));
    return Encoder.encode(List.of(other), 1).getFirst().decodedAsWeight().toFloats();
  }

  /** Also as it is deployed: nothing else is rounded there, and weights are decoded once. */
  @ParameterizedTest
  @CsvSource({
    "int4, 24",
    "fp8-e4m3, 0",
    "fp4-e2m1, 16",
    "log4, 0",
    "nf4, 24",
    "codebook:2, 0",
    "codebook:3, 16"
  })
  void theFileIsWhatWasTrained(String weights, int block) throws IOException {
    FakeQuantized fake = FakeQuantized.of(draft(weights, block));
    Training training = train(fake, 3);
    Model file = fake.export(training.parameters());
    FileDifference difference =
        FileDifference.of(fake, training.parameters(), file, SmallNetwork.samples(30));
    assertThat(difference.isExplained()).as("%s", difference).isTrue();
    Path written = folder.resolve("file.onnx");
    OnnxWriter.write(file, written, OnnxWriter.ExternalData.WHEN_NEEDED);
    List<Operator> operators = DeployedOperators.of(written, RunOptions.deployed());
    assertThat(operators)
        .extracting(Operator::opType)
        .doesNotContain("Cast", "Mul", "Gather", "Reshape", "QLinearConv", "Mod");
    assertThat(answer(file, "y", RunOptions.deployed()))
        .containsExactly(answer(file, "y", RunOptions.asWritten()), Offset.offset(0.05f));
  }

  /** Where a convolution gives the output, its weight is not rounded a second time either. */
  @Test
  void theOutputIsWhatWasTrained() throws IOException {
    Model whole = SmallNetwork.model();
    GraphEditor editor = new GraphEditor(whole.graph());
    editor.setOutputs(List.of(new ValueInfo("c2", new TensorType(DType.FLOAT32, null))));
    editor.prune();
    FakeQuantized fake = FakeQuantized.of(draft(whole.withGraph(editor.toGraph()), "fp8-e5m2", 0));
    Model file = fake.export(moved(fake));
    Path written = folder.resolve("file.onnx");
    OnnxWriter.write(file, written, OnnxWriter.ExternalData.WHEN_NEEDED);
    assertThat(DeployedOperators.of(written, RunOptions.deployed()))
        .extracting(Operator::opType)
        .contains("QuantizeLinear", "Conv", "Sum")
        .doesNotContain("QLinearConv");
    float step = Objects.requireNonNull(file.graph().initializers().get("c2_scale")).floatAt(0);
    assertThat(answer(file, "c2", RunOptions.deployed()))
        .containsExactly(answer(file, "c2", RunOptions.asWritten()), Offset.offset(1.01f * step));
  }

  private static float[] answer(Model file, String output, RunOptions options) {
    try (RunnableModel runnable = RunnableModel.open(file, List.of(), options)) {
      Map<String, Tensor> outputs = runnable.run(Map.of("x", SmallNetwork.image(3)));
      return Objects.requireNonNull(outputs.get(output)).toFloats();
    }
  }

  @ParameterizedTest
  @CsvSource({"ternary, 24", "log2, 0", "codebook:2, 0"})
  void trainingMakesThemBetter(String weights, int block) {
    FakeQuantized fake = FakeQuantized.of(draft(weights, block));
    Training training = train(fake, 12);
    assertThat(training.best()).isPositive();
    assertThat(training.curve().getLast().trainLoss())
        .isLessThan(0.7 * training.curve().get(1).trainLoss());
  }
}
