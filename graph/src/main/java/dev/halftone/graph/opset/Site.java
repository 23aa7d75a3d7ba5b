package dev.halftone.graph.opset;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a node stands while it is adapted: what is known about its values, and where new constants
 * go.
 */
final class Site {
  private final long target;
  private final Names names;
  private final Facts facts;
  private final Set<String> read;
  private final @Nullable DType onlyFloatType;
  private final boolean holdsInitializers;
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();
  private final List<Node> constants = new ArrayList<>();

  /**
   * The place of nodes.
   *
   * @param read names that the graph's nodes, their bodies and its outputs read
   * @param onlyFloatType the floating-point type if the model mentions just one, else null
   * @param holdsInitializers false inside a function, where constants are nodes
   */
  Site(
      long target,
      Names names,
      Facts facts,
      Set<String> read,
      @Nullable DType onlyFloatType,
      boolean holdsInitializers) {
    this.target = target;
    this.names = names;
    this.facts = facts;
    this.read = new HashSet<>(read);
    this.onlyFloatType = onlyFloatType;
    this.holdsInitializers = holdsInitializers;
  }

  long target() {
    return target;
  }

  Facts facts() {
    return facts;
  }

  boolean isRead(String value) {
    return !value.isEmpty() && read.contains(value);
  }

  /** A name for something that belongs to the node. */
  String fresh(Node node, String what) {
    return names.fresh((node.name().isEmpty() ? node.output(0) : node.name()) + "_" + what);
  }

  /** Makes a constant for the node and gives its name. */
  String constant(Node node, String what, Tensor value) {
    String name = fresh(node, what);
    if (holdsInitializers) {
      initializers.put(name, value);
    } else {
      Map<String, Attribute> attributes = Map.of("value", new Attribute.OfTensor(value));
      constants.add(
          new Node(name, "", "Constant", List.of(), List.of(name), attributes, Opaque.NONE));
    }
    return name;
  }

  String constant(Node node, String what, List<Long> values) {
    long[] array = values.stream().mapToLong(Long::longValue).toArray();
    return constant(node, what, Tensor.ofLongs(array, array.length));
  }

  /**
   * The floating-point type of the value: as declared or derived, else the only one that the model
   * mentions.
   *
   * @throws CannotRaiseException if that cannot be told
   */
  DType floatType(Node node, String value) {
    DType dtype = facts.dtype(value);
    if (dtype == null) dtype = onlyFloatType;
    if (dtype == null)
      throw new CannotRaiseException(node, "the element type of its input is not known");
    return dtype;
  }

  /** Constants that have become initializers. */
  Map<String, Tensor> initializers() {
    return initializers;
  }

  /** Constants that have become nodes since this was last asked. */
  List<Node> takeConstantNodes() {
    List<Node> taken = List.copyOf(constants);
    constants.clear();
    return taken;
  }
}
