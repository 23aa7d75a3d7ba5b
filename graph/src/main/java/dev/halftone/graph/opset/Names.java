package dev.halftone.graph.opset;

import dev.halftone.graph.Function;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All names of a model, bodies and functions included, so that a new one can neither collide nor
 * hide another.
 */
final class Names {
  private final Set<String> taken = new HashSet<>();

  Names(Model model) {
    take(model.graph());
    for (Function function : model.functions()) {
      taken.addAll(function.inputs());
      taken.addAll(function.outputs());
      take(function.nodes());
    }
  }

  private void take(Graph graph) {
    taken.addAll(graph.initializers().keySet());
    graph.inputs().forEach(input -> taken.add(input.name()));
    graph.outputs().forEach(output -> taken.add(output.name()));
    take(graph.nodes());
  }

  private void take(List<Node> nodes) {
    for (Node node : nodes) {
      taken.add(node.name());
      taken.addAll(node.inputs());
      taken.addAll(node.outputs());
      node.bodies().forEach(this::take);
    }
  }

  /** {@code wish}, or {@code wish_1}, {@code wish_2} …, which from now on is taken. */
  String fresh(String wish) {
    String name = wish;
    for (int i = 1; !taken.add(name); i++) name = wish + "_" + i;
    return name;
  }
}
