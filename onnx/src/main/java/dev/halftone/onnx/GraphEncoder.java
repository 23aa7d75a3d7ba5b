package dev.halftone.onnx;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.wire.GraphProto;
import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.onnx.wire.ValueInfoProto;

/** Graphs to the wire. */
final class GraphEncoder {
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_INITIALIZER = 5;

  private final WeightPlacement placement;
  private final NodeEncoder nodes = new NodeEncoder(this);

  GraphEncoder(WeightPlacement placement) {
    this.placement = placement;
  }

  Pieces encode(Graph graph, boolean topGraph) {
    Pieces pieces = new Pieces();
    for (Node node : graph.nodes()) pieces.field(GRAPH_NODE, encode(node));
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              TensorProto named = TensorProto.newBuilder().setName(name).build();
              pieces.field(
                  GRAPH_INITIALIZER,
                  TensorEncoder.encode(named, tensor, placement.place(name, tensor, topGraph)));
            });
    GraphProto.Builder proto = Rest.of(graph.opaque(), GraphProto.parser()).toBuilder();
    if (!graph.name().isEmpty()) proto.setName(graph.name());
    graph.inputs().forEach(value -> proto.addInput(encode(value)));
    graph.outputs().forEach(value -> proto.addOutput(encode(value)));
    graph.values().forEach(value -> proto.addValueInfo(encode(value)));
    return pieces.merge(proto.build());
  }

  Pieces encode(Node node) {
    return nodes.encode(node);
  }

  /** The carried type comes back as it was, unless the value has another one by now. */
  private static ValueInfoProto encode(ValueInfo value) {
    ValueInfoProto.Builder proto =
        Rest.of(value.opaque(), ValueInfoProto.parser()).toBuilder().setName(value.name());
    TensorType type = value.type();
    if (type != null && !type.equals(ValueTypes.decode(proto.getType())))
      proto.setType(ValueTypes.encode(type));
    return proto.build();
  }
}
