package dev.halftone.quantize.qdq;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Values that stand for "not there" rather than for a number, such as the -1e9 that masks what a
 * maximum or a softmax behind it is not to see. In a range together with real values they would
 * leave those a single code.
 */
final class Sentinels {
  /** From this magnitude on a constant is one: masks begin at 1e4, activations end far below. */
  private static final float SMALLEST = 1000f;

  /** Operators whose output has a sentinel in it when one of what they compute on has. */
  private static final Set<String> CARRIERS =
      Set.of(
          "Add",
          "Cast",
          "Concat",
          "Expand",
          "Flatten",
          "Mul",
          "Reshape",
          "Squeeze",
          "Tile",
          "Transpose",
          "Unsqueeze",
          "Where");

  private final GraphIndex index;
  private final Set<String> values = new HashSet<>();
  private final Map<String, Boolean> constants = new HashMap<>();

  private Sentinels(GraphIndex index) {
    this.index = index;
  }

  /** Finds them in one pass, from constants along the operators that pass them on. */
  static Sentinels of(Graph graph, GraphIndex index) {
    Sentinels sentinels = new Sentinels(index);
    for (Node node : graph.nodes()) {
      boolean carrier = node.domain().isEmpty() && CARRIERS.contains(node.opType());
      if (carrier && sentinels.isRead(node)) sentinels.values.addAll(node.outputs());
    }
    return sentinels;
  }

  /** Whether something that the node computes on has a sentinel in it. */
  boolean isRead(Node node) {
    List<String> operands = Treatment.dataInputs(node);
    return operands.stream()
        .anyMatch(
            operand ->
                values.contains(operand)
                    || constants.computeIfAbsent(operand, this::isSentinelConstant));
  }

  private boolean isSentinelConstant(String value) {
    Tensor constant = index.constant(value);
    if (constant == null || !constant.dtype().isFloat()) return false;
    for (float number : constant.toFloats()) if (Math.abs(number) >= SMALLEST) return true;
    return false;
  }
}
