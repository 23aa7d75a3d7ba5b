package dev.halftone.quantize.qdq;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where what a linear operator reads comes from: the graph's inputs, or linear operators before it.
 */
final class Sources {
  /** A graph input, in place of an operator's number. */
  private static final int INPUT = -1;

  private final Map<Node, Integer> order = new IdentityHashMap<>();
  private final GraphIndex index;
  private final Map<String, Integer> earliest = new HashMap<>();

  Sources(List<Node> linear, Graph graph, GraphIndex index) {
    for (int i = 0; i < linear.size(); i++) order.put(linear.get(i), i);
    this.index = index;
    // In the order of the graph, not from its end: chains may be longer than a stack is deep.
    for (Node node : graph.nodes()) {
      Integer number = order.get(node);
      int first = number == null ? earliestOfInputs(node) : number;
      for (String output : node.outputs()) earliest.put(output, first);
    }
  }

  /**
   * Whether the value is float when the linear operators before number {@code cut} are: some of it
   * then does not come from integers.
   */
  boolean isFloat(String value, int cut) {
    return earliest(value) < cut;
  }

  private int earliestOfInputs(Node node) {
    int result = Integer.MAX_VALUE;
    for (String input : Treatment.dataInputs(node))
      if (!input.isEmpty()) result = Math.min(result, earliest(input));
    return result;
  }

  /** Number of the first linear operator that the value comes from without another in between. */
  private int earliest(String value) {
    int unknown = index.constant(value) == null ? INPUT : Integer.MAX_VALUE;
    return earliest.getOrDefault(value, unknown);
  }

  /** Whether a MaxPool gives the value, directly or through operators that only move values. */
  boolean isPooled(String value) {
    Node producer = index.producer(value);
    while (producer != null && !producer.is("MaxPool")) {
      boolean moves = Treatment.of(producer, true) == Treatment.SHAPE_ONLY;
      producer = moves ? index.producer(producer.input(0)) : null;
    }
    return producer != null;
  }
}
