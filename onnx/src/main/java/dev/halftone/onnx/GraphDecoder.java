package dev.halftone.onnx;

import com.google.protobuf.ByteString;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.wire.AttributeProto;
import dev.halftone.onnx.wire.GraphProto;
import dev.halftone.onnx.wire.NodeProto;
import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.onnx.wire.ValueInfoProto;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Graphs with their nodes and values; each record keeps what is not modelled as its opaque rest.
 */
final class GraphDecoder {
  /** Number of the field {@code sparse_initializer} of a graph. */
  private static final int SPARSE_INITIALIZER = 15;

  private final Path file;
  private final TensorDecoder tensors;
  private final AttributeDecoder attributes;

  /** Whether a graph has initializers whose names are not seen, for they are carried over. */
  private boolean hasSparse;

  GraphDecoder(Path file, TensorDecoder tensors) {
    this.file = file;
    this.tensors = tensors;
    this.attributes = new AttributeDecoder(file, tensors, this);
  }

  /**
   * The graph.
   *
   * @param where what stands before a place in an error; empty for the model's own graph
   */
  Graph decode(GraphProto proto, String where) {
    Map<String, Tensor> initializers = initializers(proto, where);
    List<Node> nodes = nodes(proto.getNodeList(), where);
    List<ValueInfo> inputs = values(proto.getInputList(), where + "input");
    requireSingleDefinitions(nodes, initializers, inputs, where);
    hasSparse |= proto.getUnknownFields().hasField(SPARSE_INITIALIZER);
    GraphProto.Builder rest =
        proto.toBuilder()
            .clearNode()
            .clearInitializer()
            .clearInput()
            .clearOutput()
            .clearValueInfo();
    if (!proto.getName().isEmpty()) rest.clearName();
    return new Graph(
        text(proto.getNameBytes(), where + "graph"),
        nodes,
        initializers,
        inputs,
        values(proto.getOutputList(), where + "output"),
        values(proto.getValueInfoList(), where + "value"),
        Opaque.of(rest.build().toByteArray()));
  }

  private Map<String, Tensor> initializers(GraphProto proto, String where) {
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    for (TensorProto tensor : proto.getInitializerList()) {
      String name = text(tensor.getNameBytes(), where + "initializer");
      String place = "%sinitializer \"%s\"".formatted(where, name);
      if (name.isEmpty()) throw malformed(place, "has no name");
      if (initializers.put(name, tensors.decode(tensor, place)) != null)
        throw malformed(place, "defined twice");
    }
    return initializers;
  }

  List<Node> nodes(List<NodeProto> protos, String where) {
    List<Node> nodes = new ArrayList<>(protos.size());
    for (NodeProto proto : protos) nodes.add(node(proto, where));
    return nodes;
  }

  private Node node(NodeProto proto, String where) {
    String opType = text(proto.getOpTypeBytes(), where + "node");
    String name = text(proto.getNameBytes(), where + "node");
    String place = "%snode %s (%s)".formatted(where, name.isEmpty() ? label(proto) : name, opType);
    if (opType.isEmpty()) throw malformed(place, "has no operator");
    NodeProto.Builder rest =
        proto.toBuilder().clearInput().clearOutput().clearOpType().clearAttribute();
    // A field that is present and empty stays in the rest, so that it comes back.
    if (!proto.getName().isEmpty()) rest.clearName();
    if (!proto.getDomain().isEmpty()) rest.clearDomain();
    Map<String, Attribute> values = new LinkedHashMap<>();
    for (AttributeProto attribute : proto.getAttributeList()) {
      String key = text(attribute.getNameBytes(), place);
      String attributePlace = "%s, attribute %s".formatted(place, key);
      Attribute value = attributes.decode(attribute, attributePlace);
      if (values.put(key, value) != null) throw malformed(attributePlace, "given twice");
      AttributeProto left = AttributeDecoder.rest(attribute);
      boolean carried =
          value instanceof Attribute.OfOpaque
              || value instanceof Attribute.OfReference
              || left.equals(AttributeProto.getDefaultInstance());
      if (!carried) rest.addAttribute(left.toBuilder().setName(key));
    }
    return new Node(
        name,
        standard(text(proto.getDomainBytes(), place)),
        opType,
        texts(proto.getInputCount(), proto::getInputBytes, place),
        texts(proto.getOutputCount(), proto::getOutputBytes, place),
        values,
        Opaque.of(rest.build().toByteArray()));
  }

  /** Values of a function's attributes by their names. */
  Map<String, Attribute> defaults(List<AttributeProto> protos, String place) {
    Map<String, Attribute> values = new LinkedHashMap<>();
    for (AttributeProto proto : protos) {
      String name = text(proto.getNameBytes(), place);
      String attributePlace = "%s, attribute %s".formatted(place, name);
      if (values.put(name, attributes.decode(proto, attributePlace)) != null)
        throw malformed(attributePlace, "given twice");
    }
    return values;
  }

  private static String label(NodeProto proto) {
    return proto.getOutputCount() == 0
        ? "without outputs"
        : "of \"%s\"".formatted(proto.getOutput(0));
  }

  private List<ValueInfo> values(List<ValueInfoProto> protos, String where) {
    List<ValueInfo> values = new ArrayList<>(protos.size());
    for (ValueInfoProto proto : protos) values.add(value(proto, where));
    return values;
  }

  /** The rest keeps the whole type where encoding what was understood would not give the same. */
  private ValueInfo value(ValueInfoProto proto, String where) {
    String name = text(proto.getNameBytes(), where);
    ValueInfoProto.Builder rest = proto.toBuilder().clearName();
    TensorType type = ValueTypes.decode(proto.getType());
    if (type != null && ValueTypes.encode(type).equals(proto.getType())) rest.clearType();
    return new ValueInfo(name, type, Opaque.of(rest.build().toByteArray()));
  }

  /** Refuses a model's graph of which a node, or a body of one, reads what nothing gives. */
  void requireDefined(Graph graph) {
    Set<String> undefined = graph.outerNames();
    if (undefined.isEmpty() || hasSparse) return;
    String problem = "\"%s\" is no input of the graph, no initializer and no output of a node";
    for (Node node : graph.nodes()) {
      for (String read : node.reads())
        if (undefined.contains(read))
          throw malformed(
              "node %s (%s)".formatted(node.label(), node.opType()), problem.formatted(read));
    }
    throw malformed("output", problem.formatted(undefined.iterator().next()));
  }

  private void requireSingleDefinitions(
      List<Node> nodes, Map<String, Tensor> initializers, List<ValueInfo> inputs, String where) {
    Set<String> defined = new HashSet<>();
    for (ValueInfo input : inputs) {
      if (!defined.add(input.name()))
        throw malformed("%sinput \"%s\"".formatted(where, input.name()), "defined twice");
    }
    defined.addAll(initializers.keySet());
    for (Node node : nodes) {
      for (String output : node.outputs()) {
        if (!output.isEmpty() && !defined.add(output)) {
          throw malformed(
              "%snode %s (%s)".formatted(where, node.label(), node.opType()),
              "output \"%s\" is defined twice".formatted(output));
        }
      }
    }
  }

  List<String> texts(int count, IntFunction<ByteString> element, String place) {
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) texts.add(text(element.apply(i), place));
    return texts;
  }

  /** Names must be UTF-8: replacing what is not could make two names one. */
  String text(ByteString bytes, String place) {
    if (!bytes.isValidUtf8())
      throw malformed(place, "a name is not UTF-8: \"%s\"".formatted(bytes.toStringUtf8()));
    return bytes.toStringUtf8();
  }

  /** The standard operator set has two spellings. */
  static String standard(String domain) {
    return domain.equals("ai.onnx") ? "" : domain;
  }

  private MalformedModelException malformed(String place, String problem) {
    return new MalformedModelException(file, place, problem);
  }
}
