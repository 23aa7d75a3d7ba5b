package dev.halftone.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An operator that the model itself defines by nodes.
 *
 * @param defaults attributes that a call need not have, as {@code opaque} has them too
 */
public record Function(
    String domain,
    String name,
    List<String> inputs,
    List<String> outputs,
    List<Node> nodes,
    SortedMap<String, Long> opsets,
    Map<String, Attribute> defaults,
    Opaque opaque) {
  public Function {
    defaults = Collections.unmodifiableMap(new LinkedHashMap<>(defaults));
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    nodes = List.copyOf(nodes);
    opsets = Collections.unmodifiableSortedMap(new TreeMap<>(opsets));
  }
}
