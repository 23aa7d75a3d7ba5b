package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Scope;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One graph on its way back to float, node by node in topological order. A quantized value gets a
 * float twin where one can be had; the integer nodes stay at first and go at the end if nobody
 * reads them any more.
 */
final class FloatGraph {
  private final Scope scope;
  private final @Nullable FloatGraph outer;
  private final FloatNames names;
  private final GraphIndex index;
  private final Set<String> outputs = new HashSet<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> initializers;

  /** The float value that a quantized value stands for. */
  private final Map<String, String> twins = new HashMap<>();

  /** Twins that nodes added here give. */
  private final Set<String> made = new HashSet<>();

  /** What is read now in place of a value that is gone. */
  private final Map<String, String> aliases = new HashMap<>();

  FloatGraph(Scope scope, @Nullable FloatGraph outer, FloatNames names) {
    this.scope = scope;
    this.outer = outer;
    this.names = names;
    this.index = new GraphIndex(scope.graph());
    this.initializers = new LinkedHashMap<>(scope.graph().initializers());
    scope.graph().outputs().forEach(output -> outputs.add(output.name()));
  }

  Graph convert() {
    Graph graph = scope.graph();
    FloatRules rules = new FloatRules(this);
    for (Node node : new GraphEditor(graph).toGraph().nodes()) {
      Node current = withBodies(aliases.isEmpty() ? node : GraphEditor.renameReads(node, aliases));
      if (!rules.apply(node, current)) nodes.add(current);
    }
    Graph converted =
        new Graph(
            graph.name(),
            nodes,
            initializers,
            graph.inputs(),
            graph.outputs(),
            graph.values(),
            graph.opaque());
    GraphEditor editor = new GraphEditor(converted);
    editor.prune();
    return editor.toGraph();
  }

  private Node withBodies(Node node) {
    if (GraphEditor.bodies(node).isEmpty()) return node;
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    node.attributes()
        .forEach(
            (name, attribute) -> {
              Attribute converted = attribute;
              if (attribute instanceof Attribute.OfGraph(Graph body))
                converted = new Attribute.OfGraph(body(body));
              if (attribute instanceof Attribute.OfGraphs(List<Graph> several)) {
                converted = new Attribute.OfGraphs(several.stream().map(this::body).toList());
              }
              attributes.put(name, converted);
            });
    return node.withAttributes(attributes);
  }

  private Graph body(Graph body) {
    return new FloatGraph(scope.body(body), this, names).convert();
  }

  @Nullable Tensor constant(String name) {
    Constant constant = scope.constant(name);
    return constant == null ? null : constant.value();
  }

  /**
   * The float value of a node's constant codes with constant scales and zero points, given by their
   * positions, or null.
   */
  @Nullable Tensor decoded(Node node, int codes, int scale, int zeroPoint, int axis, long block) {
    Tensor integers = constant(node.input(codes));
    Tensor scales = constant(node.input(scale));
    if (integers == null
        || integers.dtype().isFloat()
        || scales == null
        || scales.dtype() != DType.FLOAT32) return null;
    Tensor zero = node.input(zeroPoint).isEmpty() ? null : constant(node.input(zeroPoint));
    if (zero == null && !node.input(zeroPoint).isEmpty()) return null;
    return Decoding.decode(node, integers, scales, zero, axis, block);
  }

  @Nullable Node producer(String value) {
    return index.producer(value);
  }

  String fresh(String wish) {
    return names.fresh(wish);
  }

  /** The name of the float value behind a quantized one, or null. */
  @Nullable String twin(String quantized) {
    String here = twins.get(quantized);
    return here != null || outer == null ? here : outer.twin(quantized);
  }

  void setTwin(String quantized, String floats) {
    twins.put(quantized, floats);
  }

  void add(Node node) {
    nodes.add(node);
  }

  /** Adds a constant under a name like {@code wish}, and gives the name. */
  String addConstant(String wish, Tensor value) {
    String name = fresh(wish);
    initializers.put(name, value);
    return name;
  }

  /** Defines a value as a constant under its own name. */
  void define(String name, Tensor value) {
    initializers.put(name, value);
  }

  /**
   * Lets all later readers of {@code value} read {@code source}. A graph's output has to keep its
   * name: then the twin takes it, or, where the source is no twin, is copied.
   */
  void alias(String value, String source) {
    if (!outputs.contains(value)) {
      aliases.put(value, source);
    } else if (!made.remove(source)) {
      nodes.add(Node.of(fresh(value + "_Identity"), "Identity", List.of(source), List.of(value)));
    } else {
      Map<String, String> renamed = Map.of(source, value);
      nodes.replaceAll(
          node -> {
            Node reading = GraphEditor.renameReads(node, renamed);
            return reading.withOutputs(
                reading.outputs().stream()
                    .map(output -> renamed.getOrDefault(output, output))
                    .toList());
          });
      twins.replaceAll((quantized, twin) -> renamed.getOrDefault(twin, twin));
    }
  }

  /** A fresh value as the twin of a quantized one. */
  String makeTwin(String quantized) {
    String twin = fresh(quantized + "_float");
    made.add(twin);
    twins.put(quantized, twin);
    return twin;
  }
}
