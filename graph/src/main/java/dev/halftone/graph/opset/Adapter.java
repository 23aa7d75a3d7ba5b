package dev.halftone.graph.opset;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says in the words of one version of an operator what the version before it said. */
@FunctionalInterface
interface Adapter {
  /**
   * The nodes that take the place of {@code node}, in order; together they give the same outputs.
   *
   * @throws CannotRaiseException if nothing in the newer version means the same
   */
  List<Node> adapt(Node node, Site site);

  /** For a version that cannot say what the one before it could. */
  static Adapter refuse(String reason) {
    return (node, site) -> {
      throw new CannotRaiseException(node, reason);
    };
  }

  static Node without(Node node, String... attributes) {
    Map<String, Attribute> kept = new LinkedHashMap<>(node.attributes());
    kept.keySet().removeAll(Arrays.asList(attributes));
    return node.withAttributes(kept);
  }

  /** The node with {@code value} as input {@code index}; inputs between are left out. */
  static Node withInput(Node node, int index, String value) {
    List<String> inputs = new ArrayList<>(node.inputs());
    while (inputs.size() <= index) inputs.add("");
    inputs.set(index, value);
    return node.withInputs(inputs);
  }
}
