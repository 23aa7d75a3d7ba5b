package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Scope;
import dev.halftone.quantize.scope.TurnedMatrix;
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
  private final Saturation saturation;
  private final Intervals intervals = new Intervals(this::constant);
  private final GraphIndex index;
  private final Set<String> outputs = new HashSet<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> initializers;

  /** The float value that a quantized value stands for. */
  private final Map<String, String> twins = new HashMap<>();

  /** Values that nodes added here give. */
  private final Set<String> given = new HashSet<>();

  /** What is read now in place of a value that is gone. */
  private final Map<String, String> aliases = new HashMap<>();

  FloatGraph(Scope scope, @Nullable FloatGraph outer, FloatNames names, Saturation saturation) {
    this.scope = scope;
    this.outer = outer;
    this.names = names;
    this.saturation = saturation;
    this.index = new GraphIndex(scope.graph());
    this.initializers = new LinkedHashMap<>(scope.graph().initializers());
    scope.graph().outputs().forEach(output -> outputs.add(output.name()));
  }

  Graph convert() {
    Graph graph = scope.graph();
    FloatRules rules = new FloatRules(this);
    for (Node node : new GraphEditor(graph).toGraph().nodes()) {
      Node current = withBodies(aliases.isEmpty() ? node : GraphEditor.renameReads(node, aliases));
      if (!rules.apply(node, current)) add(current);
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
    if (node.bodies().isEmpty()) return node;
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
    return new FloatGraph(scope.body(body), this, names, saturation).convert();
  }

  /** The constant of that name, or what a Transpose makes of a matrix of constants; else null. */
  @Nullable Tensor constant(String name) {
    Constant constant = scope.constant(name);
    return constant == null ? turned(producer(name)) : constant.value();
  }

  /** Codes that are read as rows and as columns are stored once, with a Transpose between. */
  private @Nullable Tensor turned(@Nullable Node transpose) {
    if (transpose == null || !transpose.is("Transpose")) return null;
    Constant constant = scope.constant(transpose.input(0));
    if (constant == null || !TurnedMatrix.canBe(constant.value())) return null;
    List<Long> order = transpose.integers("perm");
    return order.isEmpty() || order.equals(List.of(1L, 0L))
        ? TurnedMatrix.of(constant.value())
        : null;
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

  /**
   * Adds the float node for a quantized one, whose output becomes the twin and is given; the
   * quantized node stays for other readers.
   */
  String emit(
      Node original, String opType, List<String> inputs, Map<String, Attribute> attributes) {
    String output = makeTwin(original.output(0));
    String name = fresh(original.name() + "_float");
    add(new Node(name, "", opType, inputs, List.of(output), attributes, Opaque.NONE));
    return output;
  }

  void add(Node node) {
    nodes.add(node);
    given.addAll(node.outputs());
    intervals.see(node);
  }

  /**
   * What the saturation of a quantized value leaves of its float form, which {@code source} is
   * before it.
   *
   * @param zeroPoint name of the quantized value's zero point; empty where there is none
   * @param otherwise its type then
   * @return the bounds that have to be restored; null when {@code source} keeps them
   */
  private @Nullable Interval cut(
      String quantized, String source, String scale, String zeroPoint, DType otherwise) {
    Tensor zero = zeroPoint.isEmpty() ? null : constant(zeroPoint);
    if (zero == null && !zeroPoint.isEmpty()) return null;
    DType type = zero == null ? otherwise : zero.dtype();
    Interval bounds = saturation.bounds(quantized, type, constant(scale), zero);
    return bounds.contains(intervals.of(source)) ? null : bounds;
  }

  /** Makes {@code source}, cut where quantization cuts it, the twin of a quantized value. */
  void saturate(String quantized, String source, String scale, String zeroPoint, DType otherwise) {
    Interval bounds = cut(quantized, source, scale, zeroPoint, otherwise);
    if (bounds == null) {
      twins.put(quantized, source);
      return;
    }
    String twin = makeTwin(quantized);
    String name = fresh(twin + "_cut");
    add(saturation.clamp(name, source, twin, bounds, this::addConstant));
    intervals.put(twin, intervals.of(source).clampedTo(bounds));
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
   * name: then the source takes it, or is copied where it is an input or another output.
   */
  void alias(String value, String source) {
    if (!outputs.contains(value)) {
      aliases.put(value, source);
    } else if (!given.contains(source) || outputs.contains(source)) {
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
      aliases.put(source, value);
      aliases.replaceAll((alias, target) -> renamed.getOrDefault(target, target));
      intervals.rename(source, value);
    }
  }

  /** A fresh value as the twin of a quantized one. */
  String makeTwin(String quantized) {
    String twin = fresh(quantized + "_float");
    twins.put(quantized, twin);
    return twin;
  }
}
