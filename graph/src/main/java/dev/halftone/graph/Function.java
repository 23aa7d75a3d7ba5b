package dev.halftone.graph;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** An operator that the model itself defines by nodes. */
public record Function(
    String domain,
    String name,
    List<String> inputs,
    List<String> outputs,
    List<Node> nodes,
    SortedMap<String, Long> opsets,
    Opaque opaque) {
  public Function {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    nodes = List.copyOf(nodes);
    opsets = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(opsets));
  }
}
