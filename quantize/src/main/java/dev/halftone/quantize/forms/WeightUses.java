package dev.halftone.quantize.forms;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Readers;
import dev.halftone.quantize.scope.Readers.Reader;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** Finds the weights of a model, bodies included. */
public final class WeightUses {
  private final IdentityHashMap<Graph, GraphIndex> indexes = new IdentityHashMap<>();

  private WeightUses() {}

  /** Every weight, in the order in which the file first reads it. */
  public static List<WeightUse> of(Graph graph) {
    WeightUses finder = new WeightUses();
    List<WeightUse> uses = new ArrayList<>();
    Readers.of(graph)
        .forEach(
            (constant, readers) -> {
              List<Role> roles =
                  readers.stream().map(reader -> finder.role(constant, reader)).toList();
              if (roles.stream().anyMatch(role -> role != Role.OTHER))
                uses.add(new WeightUse(constant, readers, roles));
            });
    return uses;
  }

  private Role role(Constant constant, Reader reader) {
    Node node = reader.node();
    boolean possible =
        constant.value().dtype().isFloat()
            && constant.value().rank() >= 2
            && constant.value().count() > 0;
    if (node == null || !possible) return Role.OTHER;
    Role direct = Role.direct(node, reader.input());
    if (direct != Role.OTHER || !Role.shapes(node)) return direct;
    GraphIndex index = indexes.computeIfAbsent(reader.scope().graph(), GraphIndex::new);
    return becomesWeight(node, index) ? Role.SHAPED : Role.OTHER;
  }

  /**
   * Whether what the shaping node gives becomes a weight in the same graph; a graph has no cycles,
   * so this ends.
   */
  private static boolean becomesWeight(Node shaping, GraphIndex index) {
    for (String output : shaping.outputs()) {
      for (Node reader : index.consumers(output)) {
        for (int i = 0; i < reader.inputs().size(); i++) {
          if (!reader.input(i).equals(output)) continue;
          Role direct = Role.direct(reader, i);
          if (direct != Role.OTHER && direct != Role.LEFT_MATRIX) return true;
        }
        if (Role.shapes(reader) && becomesWeight(reader, index)) return true;
      }
    }
    return false;
  }
}
