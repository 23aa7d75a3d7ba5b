package dev.halftone.quantize.half;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.scope.CastTypes;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gives a converted graph the inputs and outputs that it had, with Casts inside. */
final class FloatBorder {
  private final HalfModel names;
  private final Graph original;
  private final ElementTypes types;
  private final Map<String, String> inside = new HashMap<>();
  private final List<Node> casts = new ArrayList<>();

  FloatBorder(HalfModel names, Graph original, ElementTypes types) {
    this.names = names;
    this.original = original;
    this.types = types;
  }

  Graph around(Graph half) {
    for (ValueInfo input : original.inputs()) if (types.isFloat(input.name())) enter(input.name());
    Map<String, String> renamedOutputs = new HashMap<>();
    for (ValueInfo output : original.outputs())
      if (types.isFloat(output.name())) leave(output.name(), renamedOutputs);
    List<Node> nodes = new ArrayList<>();
    for (Node node : half.nodes()) {
      Node reading = GraphEditor.renameReads(node, inside);
      nodes.add(
          reading.withOutputs(
              reading.outputs().stream()
                  .map(output -> renamedOutputs.getOrDefault(output, output))
                  .toList()));
    }
    nodes.addAll(casts);
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    half.initializers()
        .forEach((name, value) -> initializers.put(renamedOutputs.getOrDefault(name, name), value));
    Graph bordered =
        new Graph(
            half.name(),
            nodes,
            initializers,
            original.inputs(),
            original.outputs(),
            half.values(),
            half.opaque());
    return new GraphEditor(bordered).toGraph();
  }

  private void enter(String input) {
    String half = names.freshName(input + "_float16");
    inside.put(input, half);
    casts.add(cast(input, half, DType.FLOAT16));
  }

  private void leave(String output, Map<String, String> renamedOutputs) {
    // An output that is an input under the same name never went inside.
    if (original.inputs().stream().anyMatch(input -> input.name().equals(output))) return;
    String half = inside.get(output);
    if (half == null) {
      half = names.freshName(output + "_float16");
      renamedOutputs.put(output, half);
      inside.put(output, half);
    }
    casts.add(cast(half, output, DType.FLOAT32));
  }

  private Node cast(String from, String to, DType dtype) {
    return new Node(
        names.freshName(to + "_Cast"),
        "",
        "Cast",
        List.of(from),
        List.of(to),
        Map.of("to", CastTypes.to(dtype)),
        Opaque.NONE);
  }
}
