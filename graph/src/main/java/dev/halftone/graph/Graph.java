package dev.halftone.graph;

import dev.halftone.tensor.Tensor;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Nodes in topological order with the values that enter and leave.
 *
 * @param initializers constant values by name, in the order of the file
 * @param inputs may also name initializers: then the initializer is a default that a caller may
 *     override
 * @param values declared types of inner values
 */
public record Graph(
    String name,
    List<Node> nodes,
    Map<String, Tensor> initializers,
    List<ValueInfo> inputs,
    List<ValueInfo> outputs,
    List<ValueInfo> values,
    Opaque opaque) {
  public Graph {
    nodes = List.copyOf(nodes);
    initializers = Collections.unmodifiableMap(new LinkedHashMap<>(initializers));
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    values = List.copyOf(values);
  }

  /** The inputs that a caller has to give: those that are not initializers. */
  public List<ValueInfo> requiredInputs() {
    return inputs.stream().filter(input -> !initializers.containsKey(input.name())).toList();
  }

  /** Names that a body uses and does not define itself. */
  public Set<String> outerNames() {
    Set<String> defined = new HashSet<>(initializers.keySet());
    inputs.forEach(value -> defined.add(value.name()));
    for (Node node : nodes) defined.addAll(node.outputs());
    Set<String> outer = new LinkedHashSet<>();
    for (Node node : nodes) outer.addAll(node.reads());
    outputs.forEach(value -> outer.add(value.name()));
    outer.removeAll(defined);
    return outer;
  }
}
