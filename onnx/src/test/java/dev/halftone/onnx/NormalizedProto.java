package dev.halftone.onnx;

import com.google.protobuf.ByteString;
import dev.halftone.onnx.wire.AttributeProto;
import dev.halftone.onnx.wire.GraphProto;
import dev.halftone.onnx.wire.ModelProto;
import dev.halftone.onnx.wire.NodeProto;
import dev.halftone.onnx.wire.OperatorSetIdProto;
import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;

/**
 * A model as protobuf alone parses it, with the freedoms that a writer has taken away: where a
 * tensor's elements are.
 */
final class NormalizedProto {
  private NormalizedProto() {}

  static ModelProto of(Path file) throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(file)).toBuilder();
    // The standard domain is written as an empty string, not left out; the map of operator sets is
    // sorted by domain.
    for (OperatorSetIdProto.Builder opset : model.getOpsetImportBuilderList()) {
      if (!opset.hasDomain()) opset.setDomain("");
    }
    var sorted =
        model.getOpsetImportList().stream()
            .sorted(Comparator.comparing(opset -> opset.getDomain()))
            .toList();
    model.clearOpsetImport().addAllOpsetImport(sorted);
    return model.setGraph(graph(file, model.getGraph())).build();
  }

  private static GraphProto graph(Path file, GraphProto proto) throws IOException {
    GraphProto.Builder graph = proto.toBuilder();
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList())
      raw(file, tensor.clearDocString());
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
        if (attribute.hasT()) raw(file, attribute.getTBuilder());
        if (attribute.hasG()) attribute.setG(graph(file, attribute.getG()));
      }
    }
    return graph.build();
  }

  private static void raw(Path file, TensorProto.Builder tensor) throws IOException {
    DType dtype = Objects.requireNonNull(ElementTypes.of(tensor.getDataType()));
    if (dtype == DType.STRING) return;
    tensor.setRawData(elements(file, tensor, dtype)).clearDataLocation().clearExternalData();
    tensor.clearFloatData().clearInt32Data().clearInt64Data().clearDoubleData().clearUint64Data();
  }

  private static ByteString elements(Path file, TensorProto.Builder tensor, DType dtype)
      throws IOException {
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL)
      return external(file, tensor);
    if (!tensor.getRawData().isEmpty()) return tensor.getRawData();
    long[] shape = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    long count = Tensor.elements(shape);
    ByteBuffer bytes = TypedData.decode(file, "test", tensor.build(), dtype, count);
    return ByteString.copyFrom(bytes);
  }

  private static ByteString external(Path file, TensorProto.Builder tensor) throws IOException {
    String location = "";
    long offset = 0;
    long length = 0;
    for (var entry : tensor.getExternalDataList()) {
      switch (entry.getKey()) {
        case "location" -> location = entry.getValue();
        case "offset" -> offset = Long.parseLong(entry.getValue());
        case "length" -> length = Long.parseLong(entry.getValue());
        default -> {}
      }
    }
    try (FileChannel channel = FileChannel.open(file.resolveSibling(location));
        Arena arena = Arena.ofConfined()) {
      var mapped = channel.map(FileChannel.MapMode.READ_ONLY, offset, length, arena);
      return ByteString.copyFrom(mapped.toArray(ValueLayout.JAVA_BYTE));
    }
  }
}
