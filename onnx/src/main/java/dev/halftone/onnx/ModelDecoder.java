package dev.halftone.onnx;

import dev.halftone.graph.Function;
import dev.halftone.graph.Graph;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Model;
import dev.halftone.graph.Opaque;
import dev.halftone.onnx.wire.FunctionProto;
import dev.halftone.onnx.wire.ModelProto;
import dev.halftone.onnx.wire.OperatorSetIdProto;
import dev.halftone.onnx.wire.StringStringEntryProto;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The model around the graph. */
final class ModelDecoder {
  private final Path file;
  private final GraphDecoder graphs;

  ModelDecoder(Path file, GraphDecoder graphs) {
    this.file = file;
    this.graphs = graphs;
  }

  Model decode(ModelProto proto) {
    ModelProto rest =
        proto.toBuilder()
            .clearIrVersion()
            .clearGraph()
            .clearOpsetImport()
            .clearMetadataProps()
            .clearFunctions()
            .build();
    Graph graph = graphs.decode(proto.getGraph(), "");
    graphs.requireDefined(graph);
    return new Model(
        proto.getIrVersion(),
        opsets(proto.getOpsetImportList(), "opset import"),
        graph,
        proto.getFunctionsList().stream().map(this::function).toList(),
        metadata(proto),
        Opaque.of(rest.toByteArray()));
  }

  private Function function(FunctionProto proto) {
    String name = graphs.text(proto.getNameBytes(), "function");
    String place = "function " + name;
    FunctionProto.Builder rest =
        proto.toBuilder().clearInput().clearOutput().clearNode().clearOpsetImport();
    if (!proto.getName().isEmpty()) rest.clearName();
    if (!proto.getDomain().isEmpty()) rest.clearDomain();
    return new Function(
        graphs.text(proto.getDomainBytes(), place),
        name,
        graphs.texts(proto.getInputCount(), proto::getInputBytes, place),
        graphs.texts(proto.getOutputCount(), proto::getOutputBytes, place),
        graphs.nodes(proto.getNodeList(), place + ", "),
        opsets(proto.getOpsetImportList(), place),
        graphs.defaults(proto.getAttributeProtoList(), place),
        Opaque.of(rest.build().toByteArray()));
  }

  private SortedMap<String, Long> opsets(List<OperatorSetIdProto> imports, String place) {
    SortedMap<String, Long> opsets = new TreeMap<>();
    for (OperatorSetIdProto proto : imports) {
      String domain = GraphDecoder.standard(graphs.text(proto.getDomainBytes(), place));
      if (proto.getVersion() < 1) {
        throw new MalformedModelException(
            file, place, "domain \"%s\" has version %d".formatted(domain, proto.getVersion()));
      }
      Long other = opsets.put(domain, proto.getVersion());
      if (other != null && other != proto.getVersion()) {
        throw new MalformedModelException(
            file,
            place,
            "domain \"%s\" has versions %d and %d".formatted(domain, other, proto.getVersion()));
      }
    }
    return opsets;
  }

  private Map<String, String> metadata(ModelProto proto) {
    Map<String, String> metadata = new LinkedHashMap<>();
    for (StringStringEntryProto entry : proto.getMetadataPropsList()) {
      String key = graphs.text(entry.getKeyBytes(), "metadata");
      String place = "metadata \"%s\"".formatted(key);
      if (metadata.put(key, graphs.text(entry.getValueBytes(), place)) != null) {
        throw new MalformedModelException(file, place, "given twice");
      }
    }
    return metadata;
  }
}
