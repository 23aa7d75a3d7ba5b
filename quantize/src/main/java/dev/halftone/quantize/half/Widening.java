package dev.halftone.quantize.half;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.scope.CastTypes;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model in 16-bit floating point computed in 32 bits: every 16-bit constant is widened exactly,
 * in bodies too, and Casts stand at the graph's own inputs and outputs, which keep their types.
 * Integer operators read and give 32-bit values, so this comes before modes that use them.
 */
public final class Widening {
  private final GraphEditor names;

  private Widening(Model model) {
    names = new GraphEditor(model.graph());
  }

  /** The model in 32 bits; itself when it has no 16-bit constants and inputs. */
  public static Model toFloat32(Model model) {
    Graph graph = model.graph();
    boolean inputs = graph.inputs().stream().anyMatch(Widening::isHalf);
    boolean constants = graph.initializers().values().stream().anyMatch(Widening::isHalf);
    boolean nodes = graph.nodes().stream().anyMatch(Widening::hasHalfConstant);
    if (!inputs && !constants && !nodes) return model;
    Widening widening = new Widening(model);
    return model.withGraph(widening.border(widening.widen(graph), graph));
  }

  private static boolean isHalf(ValueInfo value) {
    TensorType type = value.type();
    return type != null && isHalf(type.dtype());
  }

  private static boolean isHalf(Tensor tensor) {
    return isHalf(tensor.dtype());
  }

  private static boolean isHalf(DType dtype) {
    return dtype == DType.FLOAT16 || dtype == DType.BFLOAT16;
  }

  private static boolean hasHalfConstant(Node node) {
    return node.attribute("value") instanceof Attribute.OfTensor(Tensor value) && isHalf(value);
  }

  private Graph widen(Graph graph) {
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    graph.initializers().forEach((name, value) -> initializers.put(name, widen(value)));
    return new Graph(
        graph.name(),
        graph.nodes().stream().map(this::widen).toList(),
        initializers,
        graph.inputs().stream().map(Widening::widen).toList(),
        graph.outputs().stream().map(Widening::widen).toList(),
        graph.values().stream().map(Widening::widen).toList(),
        graph.opaque());
  }

  private static Tensor widen(Tensor value) {
    return isHalf(value) ? Tensor.ofFloats(value.toFloats(), value.shape()) : value;
  }

  private static ValueInfo widen(ValueInfo value) {
    TensorType type = value.type();
    if (type == null || !isHalf(type.dtype())) return value;
    TensorType wide = new TensorType(DType.FLOAT32, type.shape());
    return new ValueInfo(value.name(), wide, value.opaque());
  }

  private Node widen(Node node) {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    node.attributes().forEach((name, attribute) -> attributes.put(name, widen(attribute)));
    Node widened = node.withAttributes(attributes);
    DType target = node.is("Cast") ? CastTypes.named(node, "to") : null;
    boolean narrows = target != null && isHalf(target);
    return narrows ? widened.withAttribute("to", CastTypes.to(DType.FLOAT32)) : widened;
  }

  private Attribute widen(Attribute attribute) {
    return switch (attribute) {
      case Attribute.OfTensor(Tensor value) -> new Attribute.OfTensor(widen(value));
      case Attribute.OfGraph(Graph body) -> new Attribute.OfGraph(widen(body));
      case Attribute.OfGraphs(List<Graph> bodies) ->
          new Attribute.OfGraphs(bodies.stream().map(this::widen).toList());
      case Attribute.OfInt ignored -> attribute;
      case Attribute.OfFloat ignored -> attribute;
      case Attribute.OfString ignored -> attribute;
      case Attribute.OfInts ignored -> attribute;
      case Attribute.OfFloats ignored -> attribute;
      case Attribute.OfStrings ignored -> attribute;
      case Attribute.OfReference ignored -> attribute;
      case Attribute.OfOpaque ignored -> attribute;
    };
  }

  /** The inputs and outputs of the original around the graph in 32 bits. */
  private Graph border(Graph wide, Graph original) {
    Map<String, String> inside = new LinkedHashMap<>();
    List<Node> nodes = new ArrayList<>();
    for (ValueInfo input : original.requiredInputs()) {
      if (!isHalf(input)) continue;
      String name = names.freshName(input.name() + "_float32");
      inside.put(input.name(), name);
      nodes.add(cast(input.name(), name, DType.FLOAT32));
    }
    Map<String, String> given = new LinkedHashMap<>();
    for (ValueInfo output : original.outputs()) {
      if (isHalf(output) && !inside.containsKey(output.name())) {
        given.put(output.name(), names.freshName(output.name() + "_float32"));
      }
    }
    Map<String, String> renames = new LinkedHashMap<>(inside);
    renames.putAll(given);
    for (Node node : wide.nodes()) {
      Node renamed = GraphEditor.renameReads(node, renames);
      nodes.add(
          renamed.withOutputs(
              node.outputs().stream().map(name -> given.getOrDefault(name, name)).toList()));
    }
    for (ValueInfo output : original.outputs()) {
      String source = given.get(output.name());
      TensorType type = output.type();
      if (source != null && type != null) nodes.add(cast(source, output.name(), type.dtype()));
    }
    return new Graph(
        wide.name(),
        nodes,
        wide.initializers(),
        original.inputs().stream().map(input -> asStored(input, original)).toList(),
        original.outputs(),
        wide.values(),
        wide.opaque());
  }

  /** An input that a caller gives as it is; one with a default in the type of that default. */
  private static ValueInfo asStored(ValueInfo input, Graph original) {
    return original.initializers().containsKey(input.name()) ? widen(input) : input;
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
