package dev.halftone.quantize.scope;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.quantize.fold.ConstantNodes;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A graph with the graphs around it: what a name means at one level of a model. */
public final class Scope {
  private final Graph graph;
  private final @Nullable Scope outer;
  private final Map<String, Constant> constants = new HashMap<>();
  private final Set<String> defined = new HashSet<>();

  private Scope(Graph graph, @Nullable Scope outer) {
    this.graph = graph;
    this.outer = outer;
    graph
        .initializers()
        .forEach((name, value) -> constants.put(name, new Constant(graph, name, value, null)));
    // An initializer that is an input too is a default that a caller may override.
    for (ValueInfo input : graph.inputs()) {
      constants.remove(input.name());
      defined.add(input.name());
    }
    for (Node node : graph.nodes()) {
      defined.addAll(node.outputs());
      Tensor value = node.is("Constant") ? ConstantNodes.value(node) : null;
      if (value != null)
        constants.put(node.output(0), new Constant(graph, node.output(0), value, node));
    }
  }

  /** The scope of a model's graph. */
  public static Scope of(Graph graph) {
    return new Scope(graph, null);
  }

  /** The scope inside a body of one of this graph's nodes. */
  public Scope body(Graph body) {
    return new Scope(body, this);
  }

  public Graph graph() {
    return graph;
  }

  /** Whether this is the model's graph itself and not a body. */
  public boolean isTop() {
    return outer == null;
  }

  /** The constant of that name, looked for here and then outwards; null for other values. */
  public @Nullable Constant constant(String name) {
    Constant here = constants.get(name);
    if (here != null || defined.contains(name) || outer == null) return here;
    return outer.constant(name);
  }

  /** Visits every node with its scope in the order of the file, a node before its bodies. */
  public void visit(BiConsumer<Scope, Node> visitor) {
    visit(visitor, scope -> {});
  }

  /** Visits nodes as {@link #visit(BiConsumer)} does, and every scope after its nodes. */
  public void visit(BiConsumer<Scope, Node> visitor, Consumer<Scope> end) {
    for (Node node : graph.nodes()) {
      visitor.accept(this, node);
      for (Graph body : node.bodies()) body(body).visit(visitor, end);
    }
    end.accept(this);
  }
}
