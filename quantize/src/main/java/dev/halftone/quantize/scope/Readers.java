package dev.halftone.quantize.scope;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every place where a constant is read, in the model's graph and in all bodies. */
public final class Readers {
  /**
   * One such place.
   *
   * @param scope the graph that reads
   * @param node the node that reads, or null when the constant is an output of the graph
   * @param input position among the node's inputs
   */
  public record Reader(Scope scope, @Nullable Node node, int input) {}

  private Readers() {}

  /**
   * The readers of each constant; constants and readers in the order in which the file reads them.
   */
  public static Map<Constant, List<Reader>> of(Graph graph) {
    Map<Constant, List<Reader>> readers = new LinkedHashMap<>();
    Scope.of(graph)
        .visit(
            (scope, node) -> {
              for (int i = 0; i < node.inputs().size(); i++) {
                add(readers, scope.constant(node.input(i)), new Reader(scope, node, i));
              }
            },
            scope ->
                scope
                    .graph()
                    .outputs()
                    .forEach(
                        output ->
                            add(
                                readers,
                                scope.constant(output.name()),
                                new Reader(scope, null, 0))));
    return readers;
  }

  private static void add(
      Map<Constant, List<Reader>> readers, @Nullable Constant constant, Reader reader) {
    if (constant != null) readers.computeIfAbsent(constant, key -> new ArrayList<>()).add(reader);
  }
}
