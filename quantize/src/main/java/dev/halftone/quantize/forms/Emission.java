package dev.halftone.quantize.forms;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.quantize.scope.CastTypes;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * New nodes on their way into a graph. Every value that they give gets a fresh name, except the
 * last one's, which is known.
 */
final class Emission {
  /** The domain of ONNX Runtime's own operators. */
  static final String MICROSOFT = "com.microsoft";

  private final Rewrite rewrite;
  private final List<Node> nodes = new ArrayList<>();

  Emission(Rewrite rewrite) {
    this.rewrite = rewrite;
  }

  /** A name that no value has. */
  String fresh(String wish) {
    return rewrite.freshName(wish);
  }

  /** Adds a standard node without attributes and gives the name of its output. */
  String add(String opType, String output, String... inputs) {
    add("", opType, List.of(inputs), List.of(output), Map.of());
    return output;
  }

  /** As {@link #add(String, String, String...)}, for a node that nobody looks for by name. */
  String addUnnamed(String opType, String output, String... inputs) {
    add(new Node("", "", opType, List.of(inputs), List.of(output), Map.of(), Opaque.NONE));
    return output;
  }

  /** Adds a cast and gives the name of its output. */
  String cast(String output, String input, DType dtype) {
    add("", "Cast", List.of(input), List.of(output), Map.of("to", CastTypes.to(dtype)));
    return output;
  }

  void add(
      String domain,
      String opType,
      List<String> inputs,
      List<String> outputs,
      Map<String, Attribute> attributes) {
    String name = rewrite.freshName(outputs.getFirst() + "_" + opType);
    add(new Node(name, domain, opType, inputs, outputs, attributes, Opaque.NONE));
  }

  void add(Node node) {
    nodes.add(node);
  }

  /** Puts the nodes where {@code node} is. */
  void replace(Node node) {
    rewrite.node(
        node,
        (editor, current) -> {
          editor.remove(current);
          nodes.forEach(editor::add);
        });
  }

  /** Adds the nodes to a graph. */
  void addTo(Graph graph) {
    rewrite.graph(graph, editor -> nodes.forEach(editor::add));
  }

  /** Adds a constant to a graph under a fresh name, and gives the name. */
  static String constant(Rewrite rewrite, Graph owner, String wish, Tensor value) {
    String name = rewrite.freshName(wish);
    rewrite.graph(owner, editor -> editor.addInitializer(name, value));
    return name;
  }

  /** A constant of a graph that is there once, however many nodes read it. */
  static String shared(Rewrite rewrite, Graph owner, Tensor value) {
    String key = value + Arrays.toString(value.data().toArray(ValueLayout.JAVA_BYTE));
    return rewrite
        .derived(owner, key, () -> List.of(constant(rewrite, owner, "table", value)))
        .getFirst();
  }
}
