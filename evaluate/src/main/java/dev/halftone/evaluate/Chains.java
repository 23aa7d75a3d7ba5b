package dev.halftone.evaluate;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The nodes of a graph between values that are compared: a convolution, its normalization and its
 * activation are one layer where the model stores nothing between them.
 */
final class Chains {
  private static final Set<String> PRODUCTS =
      Set.of("Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN", "Attention");

  private final Graph graph;
  private final GraphIndex index;
  private final Set<String> compared;

  /**
   * @param compared the values that layers end with
   */
  Chains(Graph graph, Set<String> compared) {
    this.graph = graph;
    this.index = new GraphIndex(graph);
    this.compared = compared;
  }

  /**
   * @param main the only product, or the last node
   * @param nodes in the order of the graph
   */
  record Chain(Node main, List<Node> nodes) {
    /** Whether it gives the elements that it reads, in another order or only some of them. */
    boolean movesOnly() {
      return nodes.stream().allMatch(Grid::movesOnly);
    }
  }

  /** The layer that ends with the node's outputs. */
  Chain to(Node last) {
    Set<Node> members = new HashSet<>(Set.of(last));
    Deque<Node> open = new ArrayDeque<>(members);
    while (!open.isEmpty()) {
      for (String read : open.pop().reads()) {
        Node before = compared.contains(read) ? null : index.producer(read);
        if (before != null && !before.is("Constant") && members.add(before)) open.push(before);
      }
    }
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) if (members.contains(node)) nodes.add(node);
    List<Node> products = nodes.stream().filter(node -> PRODUCTS.contains(node.opType())).toList();
    return new Chain(products.size() == 1 ? products.getFirst() : last, nodes);
  }
}
