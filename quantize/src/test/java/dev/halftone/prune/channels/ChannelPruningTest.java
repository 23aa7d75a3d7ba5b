package dev.halftone.prune.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.prune.NodeChoice;
import dev.halftone.prune.PrunePlan;
import dev.halftone.prune.PruneRequest.Channels;
import dev.halftone.prune.PruneRequest.Norm;
import dev.halftone.prune.Pruned;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.fold.Folding;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A smaller graph says the same: every fourth channel is made zero, so that just these are taken,
 * and the outputs must stay.
 */
class ChannelPruningTest {
  private static final NodeChoice EVERY = new NodeChoice(List.of("*"), List.of());
  private static final Channels QUARTER = new Channels(0.25, Norm.L2, 1, EVERY);

  /** Zeros in every fourth channel of what makes, biases and normalizes channels. */
  private static Model masked(Model model) {
    GraphEditor editor = new GraphEditor(model.graph());
    for (var node : model.graph().nodes()) {
      int last = node.is("BatchNormalization") || node.is("Conv") || node.is("Gemm") ? 2 : 1;
      boolean makes = Makers.TYPES.contains(node.opType());
      if (!makes && !node.is("BatchNormalization")) continue;
      for (int i = 1; i <= last; i++) {
        Tensor constant = editor.initializers().get(node.input(i));
        if (constant == null) continue;
        boolean columns =
            node.is("MatMul") || node.is("Gemm") && node.integer("transB", 0) == 0 && i == 1;
        boolean second = columns || node.is("ConvTranspose");
        long group = node.integer("group", 1);
        long run = group == 1 ? 1 : constant.dimension(0) / group;
        editor.replaceInitializer(node.input(i), masked(constant, second ? 1 : 0, run));
      }
    }
    return model.withGraph(editor.toGraph());
  }

  /**
   * @param run outputs of a depthwise convolution that belong to one channel
   */
  private static Tensor masked(Tensor constant, int axis, long run) {
    float[] values = constant.toFloats();
    long inner = run;
    for (int i = axis + 1; i < constant.rank(); i++) inner *= constant.dimension(i);
    for (int i = 0; i < values.length; i++)
      if (i / inner % (constant.dimension(axis) / run) % 4 == 0) values[i] = 0;
    return Tensor.ofFloats(values, constant.shape());
  }

  private static void assertSame(Model masked, Pruned pruned, Map<String, Tensor> inputs) {
    float[] expected = Judge.run(masked, inputs);
    float[] found = Judge.run(pruned.model(), inputs);
    double scale = 0;
    for (float value : expected) scale = Math.max(scale, Math.abs(value));
    assertThat(scale).isPositive();
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++)
      assertThat((double) Math.abs(found[i] - expected[i])).isLessThanOrEqualTo(1e-5 * scale);
  }

  private static Map<String, Long> removed(Pruned pruned) {
    return pruned.plan().layers().stream()
        .collect(Collectors.toMap(PrunePlan.Layer::name, PrunePlan.Layer::removed));
  }

  private static String reason(Pruned pruned, String name) {
    return pruned.plan().layers().stream()
        .filter(layer -> layer.name().equals(name))
        .map(PrunePlan.Layer::reason)
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Tensor> image() {
    return Map.of("x", Graphs.normal(new Random(5), 1, 1, 3, 8, 8));
  }

  /** Normalization, residual sum, depthwise convolution, Concat, pooling, Flatten, Gemm. */
  private static Graphs network() {
    return new Graphs(1)
        .input("x", 1, 3, 8, 8)
        .normal("w1", 0.3, 16, 3, 3, 3)
        .normal("b1", 0.3, 16)
        .node("Conv", "x w1 b1", "c1", "pads", new int[] {1, 1, 1, 1})
        .normalization("n1", 16)
        .node("BatchNormalization", "c1 n1_scale n1_shift n1_mean n1_variance", "n1")
        .node("Relu", "n1", "r1")
        .normal("w2", 0.3, 16, 16, 3, 3)
        .node("Conv", "r1 w2", "c2", "pads", new int[] {1, 1, 1, 1})
        .node("Add", "c2 r1", "sum")
        .normal("wd", 0.3, 32, 1, 3, 3)
        .normal("bd", 0.3, 32)
        .node("Conv", "sum wd bd", "d", "group", 16)
        .normal("w3", 0.3, 8, 32, 1, 1)
        .node("Conv", "d w3", "c3")
        .normal("wt", 0.3, 32, 12, 2, 2)
        .node("ConvTranspose", "d wt", "t", "kernel_shape", new int[] {2, 2})
        .node("AveragePool", "t", "p", "kernel_shape", new int[] {2, 2})
        .node("Concat", "c3 p", "j", "axis", 1)
        .node("MaxPool", "j", "q", "kernel_shape", new int[] {2, 2}, "strides", new int[] {2, 2})
        .node("Flatten", "q", "f")
        .normal("g", 0.3, 24, 20 * 9)
        .normal("gb", 0.3, 24)
        .node("Gemm", "f g gb", "h", "transB", 1)
        .node("Relu", "h", "hr")
        .normal("m", 0.3, 24, 5)
        .node("MatMul", "hr m", "y")
        .output("y");
  }

  @Test
  void followsChannelsThroughAWholeNetwork() {
    Model masked = masked(network().model(17));
    Pruned pruned = ChannelPruning.prune(masked, QUARTER);
    assertThat(removed(pruned))
        .containsEntry("c1_node", 4L)
        .containsEntry("c2_node", 4L)
        .containsEntry("c3_node", 2L)
        .containsEntry("t_node", 3L)
        .containsEntry("h_node", 6L)
        .containsEntry("y_node", 0L);
    assertThat(reason(pruned, "y_node")).isEqualTo("its channels are an output of the model");
    assertSame(masked, pruned, image());
  }

  @Test
  void shapesOfWeightsAndGroupsShrink() {
    Model small = ChannelPruning.prune(masked(network().model(17)), QUARTER).model();
    Map<String, Tensor> weights = small.graph().initializers();
    assertThat(Objects.requireNonNull(weights.get("w1")).shape()).containsExactly(12, 3, 3, 3);
    assertThat(Objects.requireNonNull(weights.get("w2")).shape()).containsExactly(12, 12, 3, 3);
    assertThat(Objects.requireNonNull(weights.get("wd")).shape()).containsExactly(24, 1, 3, 3);
    assertThat(Objects.requireNonNull(weights.get("wt")).shape()).containsExactly(24, 9, 2, 2);
    assertThat(Objects.requireNonNull(weights.get("g")).shape()).containsExactly(18, 15 * 9);
    assertThat(small.graph().nodes().stream().filter(n -> n.output(0).equals("d")).findFirst())
        .hasValueSatisfying(node -> assertThat(node.integer("group", 1)).isEqualTo(12));
  }

  @ParameterizedTest
  @EnumSource
  void takesThoseOfTheLeastNorm(Norm norm) {
    float[] weights = new float[4 * 2];
    // L1: 4, 3, 3.5, 9; L2: 2.83, 3, 3.5, 6.4.
    System.arraycopy(new float[] {2, 2, 3, 0, 0, 3.5f, 4, 5}, 0, weights, 0, 8);
    Model model =
        new Graphs(2)
            .input("x", 1, 2)
            .constant("a", Tensor.ofFloats(weights, 4, 2))
            .node("Gemm", "x a", "h", "transB", 1)
            .constant("b", Tensor.ofFloats(new float[] {1, 10, 100, 1000}, 4, 1))
            .node("MatMul", "h b", "y")
            .output("y")
            .model(17);
    Pruned pruned = ChannelPruning.prune(model, new Channels(0.25, norm, 1, NodeChoice.ALL));
    float[] readers =
        Objects.requireNonNull(pruned.model().graph().initializers().get("b")).toFloats();
    switch (norm) {
      case L1 -> assertThat(readers).containsExactly(1, 100, 1000);
      case L2 -> assertThat(readers).containsExactly(10, 100, 1000);
    }
  }

  @Test
  void theFirstConvolutionStaysUnlessItIsNamed() {
    Model model = network().model(17);
    Pruned usual = ChannelPruning.prune(model, new Channels(0.25, Norm.L2, 1, NodeChoice.ALL));
    assertThat(removed(usual)).containsEntry("c1_node", 0L).containsEntry("c2_node", 0L);
    assertThat(reason(usual, "c2_node")).startsWith("c1_node is a first convolution");
    NodeChoice nodes = new NodeChoice(List.of("c1*", "c2*"), List.of());
    Pruned named = ChannelPruning.prune(model, new Channels(0.25, Norm.L2, 1, nodes));
    assertThat(removed(named)).containsEntry("c1_node", 4L).containsEntry("h_node", 0L);
  }

  @Test
  void whatIsAddedToAnExcludedLayerStays() {
    NodeChoice nodes = new NodeChoice(List.of("*"), List.of("c2_node"));
    Pruned pruned =
        ChannelPruning.prune(network().model(17), new Channels(0.25, Norm.L2, 1, nodes));
    assertThat(removed(pruned)).containsEntry("c1_node", 0L);
    assertThat(reason(pruned, "c1_node")).isEqualTo("c2_node is excluded");
  }

  @Test
  void theNumberThatStaysIsAMultiple() {
    assertThat(new Channels(0.3, Norm.L2, 8, NodeChoice.ALL).kept(64)).isEqualTo(48);
    assertThat(new Channels(0.3, Norm.L2, 8, NodeChoice.ALL).kept(16)).isEqualTo(8);
    assertThat(new Channels(0.9, Norm.L2, 8, NodeChoice.ALL).kept(16)).isEqualTo(8);
    assertThat(new Channels(0.3, Norm.L2, 8, NodeChoice.ALL).kept(5)).isEqualTo(5);
    assertThat(new Channels(0.3, Norm.L2, 1, NodeChoice.ALL).kept(10)).isEqualTo(7);
    assertThat(new Channels(0.99, Norm.L2, 1, NodeChoice.ALL).kept(3)).isEqualTo(1);
  }

  /** Operators that mix channels or that nobody knows keep what they read. */
  @ParameterizedTest
  @CsvSource({"Transpose", "Softmax", "LRN", "Gather"})
  void whatCannotBeFollowedStaysWithTheReason(String opType) {
    Graphs graph =
        new Graphs(3)
            .input("x", 1, 3, 4, 4)
            .normal("w1", 1, 8, 3, 1, 1)
            .node("Conv", "x w1", "c1")
            .constant("some", Tensor.ofLongs(new long[] {0, 1, 2, 3, 0, 1, 2, 3}, 8));
    switch (opType) {
      case "LRN" -> graph.node("LRN", "c1", "odd", "size", 3);
      case "Gather" -> graph.node("Gather", "c1 some", "odd", "axis", 1);
      default -> graph.node(opType, "c1", "odd");
    }
    Model model = graph.node("Relu", "odd", "y").output("y").model(17);
    Pruned pruned = ChannelPruning.prune(model, QUARTER);
    assertThat(pruned.plan().isEmpty()).isTrue();
    assertThat(reason(pruned, "c1_node")).isEqualTo("odd_node (%s) is not followed", opType);
  }

  @Test
  void sharedConstantsOfNormalizationsAreCutForEach() {
    Model model =
        masked(
            new Graphs(4)
                .input("x", 1, 3, 8, 8)
                .normal("w1", 0.3, 8, 3, 3, 3)
                .node("Conv", "x w1", "c1")
                .normalization("n", 8)
                .node("BatchNormalization", "c1 n_scale n_shift n_mean n_variance", "a")
                .normal("w2", 0.3, 8, 8, 1, 1)
                .node("Conv", "a w2", "c2")
                .node("BatchNormalization", "c2 n_scale n_shift n_mean n_variance", "b")
                .normal("w3", 0.3, 2, 8, 1, 1)
                .node("Conv", "b w3", "y")
                .output("y")
                .model(17));
    NodeChoice nodes = new NodeChoice(List.of("c1_node"), List.of());
    Pruned pruned = ChannelPruning.prune(model, new Channels(0.25, Norm.L2, 1, nodes));
    assertThat(removed(pruned)).containsEntry("c1_node", 2L).containsEntry("c2_node", 0L);
    assertSame(model, pruned, image());
  }

  @Test
  void reshapesOfWholeSamplesAreFollowed() {
    Graphs graph =
        new Graphs(6)
            .input("x", 1, 3, 8, 8)
            .normal("w1", 0.3, 8, 3, 8, 8)
            .node("Conv", "x w1", "c1")
            .constant("shape", Tensor.ofLongs(new long[] {0, 8}, 2))
            .node("Reshape", "c1 shape", "f")
            .normal("m", 0.3, 8, 5)
            .node("MatMul", "f m", "y")
            .output("y");
    Model masked = masked(graph.model(17));
    Pruned pruned = ChannelPruning.prune(masked, QUARTER);
    assertThat(removed(pruned)).containsEntry("c1_node", 2L);
    assertSame(masked, pruned, image());
  }

  @Test
  void declaredShapesShrink() {
    Model model = network().model(17);
    var graph = model.graph();
    Model declared =
        model.withGraph(
            new dev.halftone.graph.Graph(
                graph.name(),
                graph.nodes(),
                graph.initializers(),
                graph.inputs(),
                graph.outputs(),
                List.of(
                    new ValueInfo("r1", TensorType.fixed(DType.FLOAT32, 1, 16, 8, 8)),
                    new ValueInfo("f", TensorType.fixed(DType.FLOAT32, 1, 180))),
                graph.opaque()));
    assertThat(ChannelPruning.prune(declared, QUARTER).model().graph().values())
        .extracting(ValueInfo::type)
        .containsExactly(
            TensorType.fixed(DType.FLOAT32, 1, 12, 8, 8), TensorType.fixed(DType.FLOAT32, 1, 135));
  }

  @ParameterizedTest
  @CsvSource({
    "mlperf-tiny/resnet8_cifar10.onnx, 3, 32, 80",
    "mlperf-tiny/vww_mobilenet_v1_025_96.onnx, 3, 96, 300",
    "imagenet/squeezenet_fp32.onnx, 3, 224, 700",
    "detection/nanodet_m.onnx, 3, 416, 500",
    "detection/face_detection_yunet_2026may.onnx, 3, 64, 100",
    "detection/yolo-fastestv2.onnx, 3, 352, 300",
    "odd/ppocr-v2-det.onnx, 3, 64, 900"
  })
  void trainedNetworks(String name, int channels, int side, int least) {
    Path file =
        Path.of(
            System.getProperty("halftone.shared", Path.of("..", "..", "shared").toString()),
            "data",
            name);
    assumeTrue(Files.exists(file), () -> "no " + file);
    Model masked = masked(Folding.foldConstants(OnnxReader.read(file)));
    Pruned pruned = ChannelPruning.prune(masked, QUARTER);
    assertThat(pruned.plan().removed()).isGreaterThanOrEqualTo(least);
    String input = masked.graph().requiredInputs().getFirst().name();
    Map<String, Tensor> image =
        Map.of(input, Graphs.normal(new Random(7), 50, 1, channels, side, side));
    assertSame(masked, pruned, image);
  }
}
