package dev.halftone.train.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.quantize.qdq.StaticDraft;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.runtime.DeployedOperators;
import dev.halftone.runtime.Operator;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.SmallNetwork;
import dev.halftone.train.fake.FakeQuantized.ZeroPoint;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.operator.FakeQuantization;
import dev.halftone.train.torch.TorchTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is trained is what the file computes. */
final class FakeQuantizedTest {
  private static final int SAMPLES = 16;

  @TempDir private Path folder;

  private static FakeQuantized fake(String weights, DType activations) {
    Recipe recipe = SmallNetwork.recipe(WeightFormat.parse(weights), activations);
    StaticDraft draft =
        StaticMode.draft(
            SmallNetwork.model(),
            recipe,
            SmallNetwork.samples(SAMPLES),
            StatisticsSource.RUN,
            1,
            Progress.NONE);
    return FakeQuantized.of(draft);
  }

  /** ONNX Runtime itself would make a graph of it that it refuses. */
  @Test
  void theFileLoadsWhereSignedCodesAreMoved() {
    Model small = SmallNetwork.model();
    GraphEditor editor = new GraphEditor(small.graph());
    for (Node node : editor.nodes()) {
      if (node.is("Conv") && node.input(0).equals("r1"))
        editor.replace(node, node.withInputs(List.of("h", "w2", "b2")));
      if (node.is("Add")) editor.remove(node);
      if (node.is("MaxPool"))
        editor.replace(node, node.withInputs(List.of("r1")).withOutputs(List.of("p")));
      if (node.is("Relu") && node.input(0).equals("a"))
        editor.replace(node, Node.of("h", "HardSwish", List.of("p"), List.of("h")));
      if (node.is("Flatten")) editor.replace(node, node.withInputs(List.of("c2")));
    }
    FakeQuantized fake =
        FakeQuantized.of(
            StaticMode.draft(
                small.withGraph(editor.toGraph()),
                SmallNetwork.recipe(WeightFormat.parse("fp4-e2m1"), DType.INT8),
                SmallNetwork.samples(SAMPLES),
                StatisticsSource.RUN,
                1,
                Progress.NONE));
    RunnableModel.open(fake.untrained(), List.of(), RunOptions.deployed()).close();
  }

  @ParameterizedTest
  @CsvSource({
    "int8, UINT8",
    "int8, INT8",
    "uint8, UINT8",
    "int4, UINT8",
    "int4, UINT4",
    "int4, INT4",
    "int3, UINT8",
    "int2, UINT8",
    "ternary, UINT4"
  })
  void theFileIsAtMostOneStepFromWhatWasTrained(String weights, DType activations) {
    FakeQuantized fake = fake(weights, activations);
    List<String> parameters = new ArrayList<>(fake.weights());
    parameters.addAll(fake.scales());
    fake.zeroPoints().forEach(zeroPoint -> parameters.add(zeroPoint.name()));
    try (TorchGraph graph = TorchGraph.of(fake.model(), parameters)) {
      Map<String, Tensor> trained = moved(graph, fake);
      Model file = fake.export(trained);
      // As it is deployed, it loads: ONNX Runtime makes invalid operators of some pairs of 4 bits.
      RunnableModel.open(file, List.of(), RunOptions.deployed()).close();
      for (int row = 0; row < SAMPLES; row++) assertOneStep(fake.model(), graph, file, row);
    }
  }

  /** Codes of 4 bits in 8-bit types, cut by a Clip, are what integer operators compute with. */
  @Test
  void activationsOfFourBitsComputeInIntegers() throws IOException {
    FakeQuantized fake = fake("int8", DType.UINT4);
    Map<String, Tensor> parameters = initial(fake);
    Path file = folder.resolve("file.onnx");
    OnnxWriter.write(fake.export(parameters), file, OnnxWriter.ExternalData.WHEN_NEEDED);
    assertThat(DeployedOperators.of(file, RunOptions.deployed()))
        .extracting(Operator::opType)
        .contains("QLinearConv", "QLinearAdd", "Clip")
        .doesNotContain("Conv", "Add");
  }

  /** The input and the second convolution; the others are behind a rectifier that was dropped. */
  @Test
  void zeroPointsAreLearnedWhereTheyAreNoRectifiers() {
    FakeQuantized fake = fake("int8", DType.UINT4);
    assertThat(fake.zeroPoints())
        .extracting(ZeroPoint::scale)
        .containsExactly("x_scale", "c2_scale");
    for (ZeroPoint zeroPoint : fake.zeroPoints()) {
      assertThat(zeroPoint.low()).isZero();
      assertThat(zeroPoint.high()).isEqualTo(15);
    }
  }

  /** Whatever a zero point has become, the file has a code for it. */
  @ParameterizedTest
  @CsvSource({
    "UINT8, 300, 255",
    "INT8, -128.6, -128",
    "UINT4, 15.4, 15",
    "INT4, -8.6, -8",
    "UINT8, 6.5, 6"
  })
  void zeroPointsAreWrittenAsCodes(DType activations, float learned, long code) {
    FakeQuantized fake = fake("int8", activations);
    Map<String, Tensor> parameters = initial(fake);
    ZeroPoint first = fake.zeroPoints().getFirst();
    parameters.put(first.name(), Tensor.scalar(learned));
    Map<String, Tensor> before = fake.export(initial(fake)).graph().initializers();
    Map<String, Tensor> after = fake.export(parameters).graph().initializers();
    for (Map.Entry<String, Tensor> initializer : before.entrySet()) {
      Tensor now = Objects.requireNonNull(after.get(initializer.getKey()));
      Tensor then = initializer.getValue();
      assertThat(now.dtype()).isEqualTo(then.dtype());
      if (initializer.getKey().equals("x_zero_point")) assertThat(now.longAt(0)).isEqualTo(code);
      else assertThat(now.data().mismatch(then.data())).isEqualTo(-1);
    }
  }

  private static Map<String, Tensor> initial(FakeQuantized fake) {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    Map<String, Tensor> initial = fake.model().graph().initializers();
    for (String name : fake.weights())
      parameters.put(name, Objects.requireNonNull(initial.get(name)));
    for (String name : fake.scales())
      parameters.put(name, Objects.requireNonNull(initial.get(name)));
    return parameters;
  }

  /** As if it had been trained: everything is a little different. */
  private static Map<String, Tensor> moved(TorchGraph graph, FakeQuantized fake) {
    Random random = new Random(3);
    Map<String, Tensor> moved = new LinkedHashMap<>();
    graph
        .parameters()
        .forEach(
            (name, parameter) -> {
              Tensor old = TorchTensors.copy(parameter);
              float[] values = old.toFloats();
              for (int i = 0; i < values.length; i++)
                values[i] *= (float) (1 + 0.1 * random.nextGaussian());
              TorchTensors.segment(parameter).copyFrom(Tensor.ofFloats(values, old.shape()).data());
              moved.put(name, TorchTensors.copy(parameter));
            });
    assertThat(moved.keySet()).containsAll(fake.weights()).containsAll(fake.scales());
    return moved;
  }

  private static void assertOneStep(Model training, TorchGraph graph, Model file, int row) {
    Map<String, Float> steps = steps(training, graph);
    List<String> taps = new ArrayList<>(steps.keySet());
    Map<String, Tensor> expected;
    Map<String, Tensor> input = Map.of("x", SmallNetwork.image(row));
    try (RunnableModel runnable = RunnableModel.open(file, taps, RunOptions.asWritten())) {
      expected = runnable.run(input);
    }
    try (PointerScope scope = new PointerScope()) {
      Map<String, org.bytedeco.pytorch.Tensor> found =
          graph.run(Map.of("x", TorchTensors.of(SmallNetwork.image(row))), taps);
      steps.forEach(
          (name, step) -> {
            float[] a = TorchTensors.copy(Objects.requireNonNull(found.get(name))).toFloats();
            float[] b = Objects.requireNonNull(expected.get(name)).toFloats();
            for (int i = 0; i < a.length; i++)
              assertThat(Math.abs(a[i] - b[i])).as(name).isLessThanOrEqualTo(1.001f * step);
          });
    }
  }

  /** The step of each activation that is rounded. */
  private static Map<String, Float> steps(Model training, TorchGraph graph) {
    Map<String, Float> steps = new LinkedHashMap<>();
    for (Node node : training.graph().nodes()) {
      boolean constant = graph.parameters().containsKey(node.input(0));
      if (FakeQuantization.is(node) && !constant)
        steps.put(
            node.output(0),
            TorchTensors.copy(Objects.requireNonNull(graph.parameters().get(node.input(1))))
                .floatAt(0));
    }
    assertThat(steps).hasSizeGreaterThan(3);
    return steps;
  }
}
