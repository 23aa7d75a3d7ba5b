package dev.halftone.quantize.half;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The element type of every value of a graph, as far as operators and declarations tell, with those
 * of its bodies.
 */
final class ElementTypes {
  private final @Nullable ElementTypes outer;
  private final Map<String, DType> types = new HashMap<>();
  private final IdentityHashMap<Graph, ElementTypes> bodies = new IdentityHashMap<>();

  private ElementTypes(@Nullable ElementTypes outer) {
    this.outer = outer;
  }

  static ElementTypes of(Graph graph) {
    return of(graph, null, List.of());
  }

  private static ElementTypes of(Graph graph, @Nullable ElementTypes outer, List<String> given) {
    ElementTypes known = new ElementTypes(outer);
    graph.values().forEach(known::declare);
    graph.outputs().forEach(known::declare);
    for (int i = 0; i < graph.inputs().size(); i++) {
      known.declare(graph.inputs().get(i));
      DType type = i < given.size() && outer != null ? outer.of(given.get(i)) : null;
      if (type != null) known.types.putIfAbsent(graph.inputs().get(i).name(), type);
    }
    graph.initializers().forEach((name, value) -> known.types.put(name, value.dtype()));
    for (Node node : graph.nodes()) known.infer(node);
    return known;
  }

  private void declare(ValueInfo value) {
    if (value.type() != null) types.put(value.name(), value.type().dtype());
  }

  /** The type of a value seen from here, or null where nothing tells it. */
  @Nullable DType of(String name) {
    DType here = types.get(name);
    return here != null || outer == null ? here : outer.of(name);
  }

  /** Whether a value is 32-bit floating point. */
  boolean isFloat(String name) {
    return of(name) == DType.FLOAT32;
  }

  /** The types inside one of the graph's bodies. */
  ElementTypes body(Graph body) {
    ElementTypes inside = bodies.get(body);
    if (inside == null)
      throw new IllegalArgumentException("not a body of this graph: " + body.name());
    return inside;
  }

  private void infer(Node node) {
    for (Graph body : node.bodies()) bodies.put(body, of(body, this, bodyInputs(node)));
    for (int i = 0; i < node.outputs().size(); i++) {
      DType type = node.bodies().isEmpty() ? OutputTypes.of(node, i, this) : ofBody(node, i);
      if (type != null) types.put(node.output(i), type);
    }
  }

  /**
   * What a body's inputs are given, by position; a Loop's first two are the iteration and the
   * condition.
   */
  private static List<String> bodyInputs(Node node) {
    return node.is("Loop") || node.is("Scan") ? node.inputs() : List.of();
  }

  private @Nullable DType ofBody(Node node, int output) {
    Graph body = node.bodies().getFirst();
    int position = node.is("Loop") ? output + 1 : output;
    return position < body.outputs().size()
        ? body(body).of(body.outputs().get(position).name())
        : null;
  }
}
