package dev.halftone.quantize.half;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.fold.ConstantNodes;
import dev.halftone.quantize.scope.CastTypes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Scope;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One graph in 16 bits. Every 32-bit value becomes 16-bit under its old name, in bodies too, so
 * what flows into bodies and round loops keeps fitting together; a node that stays in 32 bits
 * stands between Casts.
 */
final class HalfGraph {
  private final HalfModel model;
  private final Scope scope;
  private final ElementTypes types;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();

  /** Names of 32-bit forms of values of this graph, made so far. */
  private final Map<String, String> widened = new HashMap<>();

  HalfGraph(HalfModel model, Scope scope, ElementTypes types) {
    this.model = model;
    this.scope = scope;
    this.types = types;
  }

  Graph convert() {
    Graph graph = scope.graph();
    graph
        .initializers()
        .forEach(
            (name, value) ->
                initializers.put(
                    name, scope.constant(name) == null ? value : model.constant(name, value)));
    for (Node node : graph.nodes()) convert(node);
    Graph converted =
        new Graph(
            graph.name(),
            nodes,
            initializers,
            graph.inputs().stream().map(HalfGraph::halved).toList(),
            graph.outputs().stream().map(HalfGraph::halved).toList(),
            graph.values().stream().map(HalfGraph::halved).toList(),
            graph.opaque());
    GraphEditor editor = new GraphEditor(converted);
    editor.prune();
    return editor.toGraph();
  }

  static ValueInfo halved(ValueInfo value) {
    TensorType type = value.type();
    if (type == null || type.dtype() != DType.FLOAT32) return value;
    return new ValueInfo(value.name(), new TensorType(DType.FLOAT16, type.shape()), value.opaque());
  }

  private void convert(Node node) {
    if (node.is("Constant")) {
      nodes.add(constantNode(node));
      return;
    }
    boolean touched = touchesFloats(node);
    WideNodes.Reason reason = touched ? model.wideNodes().reason(node, scope) : null;
    boolean wide = reason != null;
    if (touched) model.planned(node, reason);
    else model.untouched(node);
    List<String> inputs = new ArrayList<>(node.inputs());
    for (int i = 0; i < inputs.size(); i++) {
      boolean inWide = wide || WideNodes.isWideInput(node, i);
      if (inWide && types.isFloat(inputs.get(i))) inputs.set(i, widen(inputs.get(i)));
    }
    Node converted = withBodies(node.withInputs(inputs));
    if (reason == null) nodes.add(inHalf(converted));
    else narrow(converted, reason.outOfRange());
  }

  private boolean touchesFloats(Node node) {
    return node.inputs().stream().anyMatch(types::isFloat)
        || node.outputs().stream().anyMatch(types::isFloat);
  }

  private Node constantNode(Node node) {
    Tensor value = ConstantNodes.value(node);
    if (value == null || value.dtype() != DType.FLOAT32) return node;
    return node.withAttributes(
        Map.of("value", new Attribute.OfTensor(model.constant(node.output(0), value))));
  }

  /** The 32-bit form of a value: the constant itself in full precision, or a Cast. */
  private String widen(String name) {
    Constant known = scope.constant(name);
    if (known != null && model.overflows(known.value())) return name;
    return widened.computeIfAbsent(
        name,
        value -> {
          String wide = model.freshName(value + "_float32");
          if (known != null) initializers.put(wide, known.value());
          else nodes.add(cast(value, wide, DType.FLOAT32));
          return wide;
        });
  }

  private Node cast(String from, String to, DType dtype) {
    String name = model.freshName(to + "_Cast");
    return new Node(
        name,
        "",
        "Cast",
        List.of(from),
        List.of(to),
        Map.of("to", CastTypes.to(dtype)),
        Opaque.NONE);
  }

  /**
   * Adds a 32-bit node and casts its 32-bit outputs down, cut to the 16-bit range where constants
   * are beyond it.
   */
  private void narrow(Node node, boolean saturating) {
    List<String> outputs = new ArrayList<>(node.outputs());
    List<Node> casts = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      String output = outputs.get(i);
      if (!types.isFloat(output)) continue;
      String wide = model.freshName(output + "_float32");
      outputs.set(i, wide);
      String source = wide;
      if (saturating) {
        source = model.freshName(output + "_clipped");
        casts.add(clip(wide, source));
      }
      casts.add(cast(source, output, DType.FLOAT16));
    }
    nodes.add(node.withOutputs(outputs));
    nodes.addAll(casts);
  }

  private Node clip(String from, String to) {
    String name = model.freshName(to + "_Clip");
    float limit = 65504f;
    if (model.opset() < 11) {
      Map<String, Attribute> limits = new LinkedHashMap<>();
      limits.put("min", new Attribute.OfFloat(-limit));
      limits.put("max", new Attribute.OfFloat(limit));
      return new Node(name, "", "Clip", List.of(from), List.of(to), limits, Opaque.NONE);
    }
    String low = model.freshName(to + "_min");
    String high = model.freshName(to + "_max");
    initializers.put(low, Tensor.scalar(-limit));
    initializers.put(high, Tensor.scalar(limit));
    return Node.of(name, "Clip", List.of(from, low, high), List.of(to));
  }

  /** The node with what it says about types in attributes changed. */
  private Node inHalf(Node node) {
    if (node.is("Cast") && CastTypes.named(node, "to") == DType.FLOAT32) {
      return node.withAttribute("to", CastTypes.to(DType.FLOAT16));
    }
    if (!node.is("ConstantOfShape")) return node;
    Attribute value = node.attribute("value");
    Tensor fill =
        value instanceof Attribute.OfTensor(Tensor tensor)
            ? tensor
            : Tensor.ofFloats(new float[1], 1);
    if (fill.dtype() != DType.FLOAT32) return node;
    return node.withAttribute(
        "value", new Attribute.OfTensor(model.constant(node.output(0), fill)));
  }

  private Node withBodies(Node node) {
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
    return new HalfGraph(model, scope.body(body), types.body(body)).convert();
  }
}
