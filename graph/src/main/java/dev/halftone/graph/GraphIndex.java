package dev.halftone.graph;

import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who gives and who reads each value of a graph's top level, looked up once. */
public final class GraphIndex {
  private final Graph graph;
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, List<Node>> consumers = new HashMap<>();
  private final Set<String> outputs = new HashSet<>();
  private final Set<String> overridable = new HashSet<>();

  public GraphIndex(Graph graph) {
    this.graph = graph;
    for (Node node : graph.nodes()) {
      for (String output : node.outputs()) if (!output.isEmpty()) producers.put(output, node);
      for (String read : node.reads()) {
        consumers.computeIfAbsent(read, name -> new ArrayList<>()).add(node);
      }
    }
    graph.outputs().forEach(output -> outputs.add(output.name()));
    graph.inputs().forEach(input -> overridable.add(input.name()));
  }

  /** The node that gives the value, or null for inputs and initializers. */
  public @Nullable Node producer(String value) {
    return producers.get(value);
  }

  /** The nodes that read the value, each once, those whose bodies read it included. */
  public List<Node> consumers(String value) {
    return consumers.getOrDefault(value, List.of());
  }

  /** The only reader of a value that is not a graph output, or null. */
  public @Nullable Node onlyConsumer(String value) {
    List<Node> readers = consumers(value);
    return readers.size() == 1 && !isOutput(value) ? readers.getFirst() : null;
  }

  public boolean isOutput(String value) {
    return outputs.contains(value);
  }

  /** The value of an initializer that no caller can override, or null. */
  public @Nullable Tensor constant(String value) {
    return overridable.contains(value) ? null : graph.initializers().get(value);
  }
}
