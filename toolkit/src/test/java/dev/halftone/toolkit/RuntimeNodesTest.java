package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.plan.Plan;
import dev.halftone.runtime.DeployedOperators;
import dev.halftone.runtime.Operator;
import dev.halftone.runtime.RunOptions;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeNodesTest {
  private static final Map<String, Tensor> CONSTANTS =
      Map.of(
          "w_quantized",
          Tensor.ofBytes(DType.INT8, new byte[] {1, -2, 3, 4}, 4, 1, 1, 1),
          "v_quantized",
          Tensor.ofBytes(DType.INT8, new byte[] {1, -2, 3, 4}, 4, 1, 1, 1),
          "s",
          Tensor.scalar(0.1f),
          "z",
          Tensor.ofBytes(DType.UINT8, new byte[] {100}),
          "zw",
          Tensor.ofBytes(DType.INT8, new byte[1]));

  @TempDir Path folder;

  private static Node of(String name, String op, List<String> inputs, String output) {
    return Node.of(name, op, inputs, List.of(output));
  }

  /**
   * A convolution between grids, a tangent between grids, and a convolution whose output is not
   * stored.
   */
  private static Model model() {
    return SmallModels.model(
        List.of(
            of("q0", "QuantizeLinear", List.of("x", "s", "z"), "x_q"),
            of("d0", "DequantizeLinear", List.of("x_q", "s", "z"), "x_d"),
            of("dw", "DequantizeLinear", List.of("w_quantized", "s", "zw"), "w"),
            of("first", "Conv", List.of("x_d", "w"), "a"),
            of("q1", "QuantizeLinear", List.of("a", "s", "z"), "a_q"),
            of("d1", "DequantizeLinear", List.of("a_q", "s", "z"), "a_d"),
            of("tangent", "Tan", List.of("a_d"), "b"),
            of("q2", "QuantizeLinear", List.of("b", "s", "z"), "b_q"),
            of("d2", "DequantizeLinear", List.of("b_q", "s", "z"), "b_d"),
            of("join", "ReduceSum", List.of("b_d"), "y")),
        CONSTANTS,
        SmallModels.type(1, 8, 8),
        "y",
        SmallModels.type());
  }

  private static Plan plan(String... quantized) {
    return new Plan(
        List.of(),
        java.util.stream.Stream.of(quantized)
            .map(name -> new Plan.NodePlan(name, "", true, ""))
            .toList(),
        List.of());
  }

  @Test
  void whatIsFusedIsTold() {
    Path file = folder.resolve("model.onnx");
    OnnxWriter.write(model(), file, OnnxWriter.ExternalData.WHEN_NEEDED);
    List<RuntimeNode> nodes =
        RuntimeNodes.of(
            plan("first", "tangent", "join"),
            model().graph(),
            DeployedOperators.of(file, RunOptions.deployed()));
    assertThat(nodes).hasSize(3);
    assertThat(nodes.get(0)).isEqualTo(new RuntimeNode("first", "Conv", "QLinearConv", true, ""));
    assertThat(nodes.get(1).integer()).isFalse();
    assertThat(nodes.get(1).operator()).isEqualTo("Tan");
    assertThat(nodes.get(1).reason()).contains("no integer kernel for Tan");
    assertThat(nodes.get(2).reason()).contains("what it gives is not quantized");
  }

  @Test
  void decodedWeightsAndMergedNodesAreTold() {
    Graph graph =
        new Graph(
            "weights",
            List.of(
                of("dw", "DequantizeLinear", List.of("w_quantized", "s", "zw"), "w"),
                of("first", "Conv", List.of("x", "w"), "a"),
                of("active", "Relu", List.of("a"), "y")),
            CONSTANTS,
            model().graph().inputs(),
            model().graph().outputs(),
            List.of(),
            model().graph().opaque());
    List<Operator> deployed =
        List.of(
            new Operator(
                "first_nchwc", "com.microsoft.nchwc", "Conv", false, List.of("reordered")));
    List<RuntimeNode> nodes = RuntimeNodes.of(plan("first", "active"), graph, deployed);
    assertThat(nodes.get(0).operator()).isEqualTo("Conv");
    assertThat(nodes.get(0).reason()).contains("only its weights");
    assertThat(nodes.get(1)).isEqualTo(new RuntimeNode("active", "Relu", "", false, ""));
  }
}
