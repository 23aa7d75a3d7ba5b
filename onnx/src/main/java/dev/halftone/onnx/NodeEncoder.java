package dev.halftone.onnx;

import com.google.protobuf.ByteString;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.onnx.wire.AttributeProto;
import dev.halftone.onnx.wire.AttributeProto.AttributeType;
import dev.halftone.onnx.wire.NodeProto;
import dev.halftone.onnx.wire.TensorProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Nodes and their attributes to the wire. */
final class NodeEncoder {
  private static final int NODE_ATTRIBUTE = 5;
  private static final int ATTRIBUTE_TENSOR = 5;
  private static final int ATTRIBUTE_GRAPH = 6;
  private static final int ATTRIBUTE_GRAPHS = 11;

  private final GraphEncoder graphs;

  NodeEncoder(GraphEncoder graphs) {
    this.graphs = graphs;
  }

  Pieces encode(Node node) {
    NodeProto.Builder proto = Rest.of(node.opaque(), NodeProto.parser()).toBuilder();
    Map<String, AttributeProto> rests = new HashMap<>();
    for (AttributeProto rest : proto.getAttributeList()) rests.put(rest.getName(), rest);
    proto
        .clearAttribute()
        .addAllInput(node.inputs())
        .addAllOutput(node.outputs())
        .setOpType(node.opType());
    if (!node.name().isEmpty()) proto.setName(node.name());
    if (!node.domain().isEmpty()) proto.setDomain(node.domain());
    Pieces pieces = new Pieces().merge(proto.build());
    node.attributes()
        .forEach(
            (name, value) -> {
              AttributeProto rest = rests.getOrDefault(name, AttributeProto.getDefaultInstance());
              pieces.field(NODE_ATTRIBUTE, attribute(rest.toBuilder().setName(name), value));
            });
    return pieces;
  }

  private Pieces attribute(AttributeProto.Builder rest, Attribute value) {
    TensorProto tensorRest = rest.getT();
    AttributeProto.Builder proto = rest.clearT();
    return switch (value) {
      case Attribute.OfInt(long number) -> plain(proto.setType(AttributeType.INT).setI(number));
      case Attribute.OfFloat(float number) ->
          plain(proto.setType(AttributeType.FLOAT).setF(number));
      case Attribute.OfString(String text) ->
          plain(proto.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(text)));
      case Attribute.OfInts(List<Long> numbers) ->
          plain(proto.setType(AttributeType.INTS).addAllInts(numbers));
      case Attribute.OfFloats(List<Float> numbers) ->
          plain(proto.setType(AttributeType.FLOATS).addAllFloats(numbers));
      case Attribute.OfStrings(List<String> texts) ->
          plain(
              proto
                  .setType(AttributeType.STRINGS)
                  .addAllStrings(texts.stream().map(ByteString::copyFromUtf8).toList()));
      case Attribute.OfTensor(var tensor) ->
          plain(proto.setType(AttributeType.TENSOR))
              .field(ATTRIBUTE_TENSOR, TensorEncoder.encode(tensorRest, tensor, null));
      case Attribute.OfGraph(Graph body) ->
          plain(proto.setType(AttributeType.GRAPH))
              .field(ATTRIBUTE_GRAPH, graphs.encode(body, false));
      case Attribute.OfGraphs(List<Graph> bodies) -> {
        Pieces pieces = plain(proto.setType(AttributeType.GRAPHS));
        for (Graph body : bodies) pieces.field(ATTRIBUTE_GRAPHS, graphs.encode(body, false));
        yield pieces;
      }
      case Attribute.OfReference(var _, var whole) -> asItWas(whole, proto.getName());
      case Attribute.OfOpaque(var whole) -> asItWas(whole, proto.getName());
    };
  }

  private static Pieces asItWas(Opaque whole, String name) {
    return plain(Rest.of(whole, AttributeProto.parser()).toBuilder().setName(name));
  }

  private static Pieces plain(AttributeProto.Builder proto) {
    return new Pieces().merge(proto.build());
  }
}
