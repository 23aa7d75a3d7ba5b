package dev.halftone.evaluate;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a model keeps the scale and the zero point of integers.
 *
 * @param scale name of a value
 * @param zeroPoint likewise; empty where it is left out
 */
record Grid(String scale, String zeroPoint) {
  /**
   * Of a node's integer output, by the place that its operator's definition gives them; null when
   * unknown.
   */
  static @Nullable Grid of(Node last, Map<String, Node> producers) {
    Node node = last;
    while (scalePosition(node) < 0) {
      Node before = producers.get(node.input(0));
      if (before == null || !movesOnly(node)) return null;
      node = before;
    }
    int scale = scalePosition(node);
    return node.input(scale).isEmpty() ? null : new Grid(node.input(scale), node.input(scale + 1));
  }

  /**
   * The operator set whose QuantizeLinear and DequantizeLinear the graph uses; it has the types
   * that are needed.
   */
  static String domain(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> Coding.isEncoder(node) || Coding.isDecoder(node))
        .map(Node::domain)
        .findFirst()
        .orElse("");
  }

  /** Which input holds the scale of the output, -1 where the operator has none. */
  private static int scalePosition(Node node) {
    return switch (node.opType()) {
      case "QuantizeLinear" -> 1;
      case "QLinearConcat" -> 0;
      case "QLinearAveragePool",
          "QLinearGlobalAveragePool",
          "QLinearLeakyRelu",
          "QLinearReduceMean",
          "QLinearSigmoid",
          "QLinearSoftmax" ->
          3;
      case "QLinearConv", "QLinearMatMul", "QLinearAdd", "QLinearMul" -> 6;
      case "QGemm", "QLinearWhere" -> 7;
      default -> -1;
    };
  }

  /** Whether the outputs have elements of the first input, as they are. */
  static boolean movesOnly(Node node) {
    return switch (node.opType()) {
      case "Expand",
          "Flatten",
          "Gather",
          "GatherElements",
          "MaxPool",
          "Reshape",
          "Resize",
          "Slice",
          "Split",
          "Squeeze",
          "Tile",
          "Transpose",
          "Unsqueeze" ->
          true;
      default -> false;
    };
  }
}
