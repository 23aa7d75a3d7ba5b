package dev.halftone.train.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.data.Samples;
import dev.halftone.data.Task;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.runtime.DeployedOperators;
import dev.halftone.runtime.Operator;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.SmallNetwork;
import dev.halftone.train.TrainOptions;
import dev.halftone.train.Trainer;
import dev.halftone.train.Training;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.torch.TorchTensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights of LSTM and GRU are rounded in training as the file has them. */
final class RecurrentWeightsTest {
  private static final int STEPS = 5;
  private static final int FEATURES = 16;
  private static final int HIDDEN = 8;

  @TempDir private Path folder;

  /** {@code x [T, N, 16] → two-way GRU or LSTM → the last step → Gemm → y [N, 4]}. */
  private static Model model(String type) {
    Random random = new Random(5);
    int rows = HIDDEN * (type.equals("LSTM") ? 4 : 3);
    Map<String, Tensor> constants = new LinkedHashMap<>();
    constants.put("w", normal(random, 0.3, 2, rows, FEATURES));
    constants.put("r", normal(random, 0.3, 2, rows, HIDDEN));
    constants.put("b", normal(random, 0.1, 2, 2 * rows));
    constants.put("last", Tensor.ofLongs(new long[] {STEPS - 1}));
    constants.put("shape", Tensor.ofLongs(new long[] {-1, 2 * HIDDEN}, 2));
    constants.put("w2", normal(random, 0.3, 4, 2 * HIDDEN));
    constants.put("b2", normal(random, 0.1, 4));
    List<Node> nodes =
        List.of(
            Node.of("in", "Transpose", List.of("x"), List.of("t"))
                .withAttribute("perm", new Attribute.OfInts(List.of(1L, 0L, 2L))),
            Node.of("cell", type, List.of("t", "w", "r", "b"), List.of("h"))
                .withAttribute("hidden_size", new Attribute.OfInt(HIDDEN))
                .withAttribute("direction", new Attribute.OfString("bidirectional")),
            Node.of("at", "Gather", List.of("h", "last"), List.of("l")),
            Node.of("rows", "Transpose", List.of("l"), List.of("q"))
                .withAttribute("perm", new Attribute.OfInts(List.of(1L, 0L, 2L))),
            Node.of("flat", "Reshape", List.of("q", "shape"), List.of("f")),
            Node.of("out", "Gemm", List.of("f", "w2", "b2"), List.of("y"))
                .withAttribute("transB", new Attribute.OfInt(1)));
    List<Dimension> in =
        List.of(
            new Dimension.Symbolic("N"), new Dimension.Fixed(STEPS), new Dimension.Fixed(FEATURES));
    List<Dimension> out = List.of(new Dimension.Symbolic("N"), new Dimension.Fixed(4));
    Graph graph =
        new Graph(
            "recurrent",
            nodes,
            constants,
            List.of(new ValueInfo("x", new TensorType(DType.FLOAT32, in))),
            List.of(new ValueInfo("y", new TensorType(DType.FLOAT32, out))),
            List.of(),
            Opaque.NONE);
    return new Model(8, new TreeMap<>(Map.of("", 17L)), graph, List.of(), Map.of(), Opaque.NONE);
  }

  private static Tensor normal(Random random, double deviation, long... shape) {
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) values[i] = (float) (deviation * random.nextGaussian());
    return Tensor.ofFloats(values, shape);
  }

  private static Tensor clip(int row) {
    return normal(new Random(row), 1, 1, STEPS, FEATURES);
  }

  private static DataSet clips(int size) {
    Samples samples =
        new Samples() {
          @Override
          public int size() {
            return size;
          }

          @Override
          public Map<String, Tensor> get(int row) {
            return Map.of("x", clip(row));
          }
        };
    return new DataSet(samples, null, new Task.Classify(0), Map.of(), Set.of(), "clips" + size);
  }

  private static FakeQuantized fake(String type, String weights) {
    return FakeQuantized.of(
        StaticMode.draft(
            model(type),
            SmallNetwork.recipe(WeightFormat.parse(weights), DType.UINT8),
            clips(8),
            StatisticsSource.RUN,
            1,
            Progress.NONE));
  }

  private static Training train(FakeQuantized fake, int epochs) {
    TrainOptions options = TrainOptions.defaults().withBatch(8).withEpochs(epochs).withRate(0.05);
    try (Trainer trainer = new Trainer(fake, clips(48), options)) {
      return trainer.train(null, "", Trainer.Listener.NONE);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LSTM, int8",
    "LSTM, int4",
    "LSTM, ternary",
    "GRU, int8",
    "GRU, int4",
    "GRU, int2",
    "GRU, uint8",
    "GRU, nf4",
    "LSTM, fp8-e4m3",
    "LSTM, codebook:3"
  })
  void theFileComputesTheStatesThatWereTrained(String type, String weights) {
    FakeQuantized fake = fake(type, weights);
    Map<String, Tensor> trained = train(fake, 2).parameters();
    Model file = fake.export(trained);
    DType stored =
        switch (weights) {
          case "int8", "uint8" -> DType.INT8;
          case "int4", "int2", "ternary" -> DType.INT4;
          case "fp8-e4m3" -> DType.FLOAT8E4M3FN;
          default -> DType.UINT8; // packed
        };
    for (String weight : List.of("w", "r"))
      assertThat(Objects.requireNonNull(file.graph().initializers().get(weight + "_quantized")))
          .extracting(Tensor::dtype)
          .isEqualTo(stored);
    try (RunnableModel runnable = RunnableModel.open(file, List.of("h"), RunOptions.asWritten());
        TorchGraph graph = TorchGraph.of(fake.model(), trained.keySet());
        PointerScope scope = new PointerScope()) {
      trained.forEach(
          (name, value) ->
              TorchTensors.fill(Objects.requireNonNull(graph.parameters().get(name)), value));
      float[] found =
          TorchTensors.copy(
                  Objects.requireNonNull(
                      graph.run(Map.of("x", TorchTensors.of(clip(9))), List.of("h")).get("h")))
              .toFloats();
      float[] expected =
          Objects.requireNonNull(runnable.run(Map.of("x", clip(9))).get("h")).toFloats();
      assertThat(found).hasSameSizeAs(expected);
      // ONNX Runtime's Sigmoid and Tanh are approximations.
      for (int i = 0; i < found.length; i++)
        assertThat(found[i]).as("state %d", i).isCloseTo(expected[i], Offset.offset(1e-5f));
    }
  }

  @Test
  void trainingMakesWeightsOfTwoBitsBetter() {
    FakeQuantized fake = fake("GRU", "int2");
    assertThat(fake.weights()).contains("w_trained", "r_trained", "b");
    Training training = train(fake, 25);
    assertThat(training.best()).isPositive();
    assertThat(training.curve().getLast().trainLoss())
        .isLessThan(0.6 * training.curve().get(1).trainLoss());
  }

  /** The cell runs in float on constants: nothing decodes weights at every run. */
  @Test
  void onnxRuntimeDecodesThemOnce() throws java.io.IOException {
    FakeQuantized fake = fake("LSTM", "int4");
    Path file = folder.resolve("file.onnx");
    dev.halftone.onnx.OnnxWriter.write(
        fake.export(train(fake, 1).parameters()),
        file,
        dev.halftone.onnx.OnnxWriter.ExternalData.WHEN_NEEDED);
    assertThat(DeployedOperators.of(file, RunOptions.deployed()))
        .extracting(Operator::opType)
        .contains("LSTM")
        .doesNotContain("Cast", "Mul");
  }
}
