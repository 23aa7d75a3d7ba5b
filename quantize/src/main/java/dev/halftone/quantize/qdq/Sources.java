package dev.halftone.quantize.qdq;

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

  Sources(List<Node> linear, GraphIndex index) {
    for (int i = 0; i < linear.size(); i++) order.put(linear.get(i), i);
    this.index = index;
  }

  /**
   * Whether the value is float when the linear operators before number {@code cut} are: some of it
   * then does not come from integers.
   */
  boolean isFloat(String value, int cut) {
    return earliest(value) < cut;
  }

  /** Number of the first linear operator that the value comes from without another in between. */
  private int earliest(String value) {
    Integer known = earliest.get(value);
    if (known != null) return known;
    Node producer = index.producer(value);
    int result = Integer.MAX_VALUE;
    if (producer == null) {
      result = index.constant(value) == null ? INPUT : result;
    } else if (order.containsKey(producer)) {
      result = order.get(producer);
    } else {
      for (String input : Treatment.dataInputs(producer))
        if (!input.isEmpty()) result = Math.min(result, earliest(input));
    }
    earliest.put(value, result);
    return result;
  }

  /** Whether a MaxPool gives the value, directly or through operators that only move values. */
  boolean isPooled(String value) {
    Node producer = index.producer(value);
    if (producer == null) return false;
    if (producer.is("MaxPool")) return true;
    return Treatment.of(producer, true) == Treatment.SHAPE_ONLY && isPooled(producer.input(0));
  }
}
