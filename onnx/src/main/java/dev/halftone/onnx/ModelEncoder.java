package dev.halftone.onnx;

import dev.halftone.graph.Function;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.onnx.wire.FunctionProto;
import dev.halftone.onnx.wire.ModelProto;
import dev.halftone.onnx.wire.OperatorSetIdProto;
import dev.halftone.onnx.wire.StringStringEntryProto;

/** Models to the wire: the same model always gives the same bytes. */
final class ModelEncoder {
  private static final int MODEL_GRAPH = 7;
  private static final int MODEL_FUNCTIONS = 25;
  private static final int FUNCTION_NODE = 7;

  private final GraphEncoder graphs;

  private ModelEncoder(WeightPlacement placement) {
    this.graphs = new GraphEncoder(placement);
  }

  static Pieces encode(Model model, WeightPlacement placement) {
    return new ModelEncoder(placement).model(model);
  }

  private Pieces model(Model model) {
    ModelProto.Builder proto =
        Rest.of(model.opaque(), ModelProto.parser()).toBuilder().setIrVersion(model.irVersion());
    model.opsets().forEach((domain, version) -> proto.addOpsetImport(opset(domain, version)));
    model
        .metadata()
        .forEach(
            (key, value) ->
                proto.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    Pieces pieces =
        new Pieces().merge(proto.build()).field(MODEL_GRAPH, graphs.encode(model.graph(), true));
    for (Function function : model.functions()) pieces.field(MODEL_FUNCTIONS, function(function));
    return pieces;
  }

  private Pieces function(Function function) {
    FunctionProto.Builder proto = Rest.of(function.opaque(), FunctionProto.parser()).toBuilder();
    if (!function.name().isEmpty()) proto.setName(function.name());
    if (!function.domain().isEmpty()) proto.setDomain(function.domain());
    proto.addAllInput(function.inputs()).addAllOutput(function.outputs());
    function.opsets().forEach((domain, version) -> proto.addOpsetImport(opset(domain, version)));
    Pieces pieces = new Pieces().merge(proto.build());
    for (Node node : function.nodes()) pieces.field(FUNCTION_NODE, graphs.encode(node));
    return pieces;
  }

  private static OperatorSetIdProto opset(String domain, long version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }
}
