package dev.halftone.train.operator;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Every operator that can be trained through. */
public final class Operators {
  private static final Map<String, TorchOperator> BY_NAME =
      merged(
          List.of(
              Activations.all(),
              Arithmetic.all(),
              Cells.all(),
              Convolutions.all(),
              FakeEncoding.all(),
              FakeQuantization.all(),
              Indexing.all(),
              Mathematics.all(),
              Normalizations.all(),
              Padding.all(),
              Pooling.all(),
              Products.all(),
              Reductions.all(),
              Resizing.all(),
              Selections.all(),
              Shapes.all(),
              Softmaxes.all(),
              Types.all()));

  private Operators() {}

  private static Map<String, TorchOperator> merged(List<Map<String, TorchOperator>> families) {
    Map<String, TorchOperator> merged = new HashMap<>();
    for (Map<String, TorchOperator> family : families) {
      family.forEach(
          (name, operator) -> {
            if (merged.put(name, operator) != null)
              throw new IllegalStateException(name + " is there twice");
          });
    }
    return Map.copyOf(merged);
  }

  /** Names of all of them; those of other domains as {@code domain.Operator}. */
  public static Set<String> names() {
    return new TreeSet<>(BY_NAME.keySet());
  }

  /** What computes the node, or null when nothing does. */
  public static @Nullable TorchOperator of(Node node) {
    return BY_NAME.get(name(node));
  }

  /** Why nodes of the graph cannot be computed, one reason each; empty when all can. */
  public static List<String> refusals(Graph graph, long opset) {
    List<String> refusals = new ArrayList<>();
    for (Node node : graph.nodes()) {
      TorchOperator operator = of(node);
      String reason = operator == null ? "it cannot be trained" : operator.refusal(node, opset);
      if (reason != null)
        refusals.add("node %s (%s): %s".formatted(node.label(), name(node), reason));
    }
    return refusals;
  }

  private static String name(Node node) {
    return node.domain().isEmpty() ? node.opType() : node.domain() + "." + node.opType();
  }
}
