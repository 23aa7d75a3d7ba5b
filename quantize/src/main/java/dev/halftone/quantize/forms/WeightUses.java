package dev.halftone.quantize.forms;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Readers;
import dev.halftone.quantize.scope.Readers.Reader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

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

  /** Whether what the shaping node gives becomes a weight in the same graph. */
  private static boolean becomesWeight(Node shaping, GraphIndex index) {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Node> open = new ArrayDeque<>(List.of(shaping));
    while (!open.isEmpty()) {
      for (String output : open.pop().outputs()) {
        for (Node reader : index.consumers(output)) {
          if (readsAsWeight(reader, output)) return true;
          if (Role.shapes(reader) && seen.add(reader)) open.push(reader);
        }
      }
    }
    return false;
  }

  private static boolean readsAsWeight(Node reader, String value) {
    for (int i = 0; i < reader.inputs().size(); i++) {
      Role direct = reader.input(i).equals(value) ? Role.direct(reader, i) : Role.OTHER;
      if (direct != Role.OTHER && direct != Role.LEFT_MATRIX) return true;
    }
    return false;
  }
}
