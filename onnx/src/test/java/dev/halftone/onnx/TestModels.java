package dev.halftone.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.halftone.graph.Model;
import dev.halftone.onnx.wire.AttributeProto;
import dev.halftone.onnx.wire.GraphProto;
import dev.halftone.onnx.wire.ModelProto;
import dev.halftone.onnx.wire.NodeProto;
import dev.halftone.onnx.wire.OperatorSetIdProto;
import dev.halftone.onnx.wire.StringStringEntryProto;
import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.onnx.wire.TensorProto.DataType;
import dev.halftone.onnx.wire.TensorShapeProto;
import dev.halftone.onnx.wire.TypeProto;
import dev.halftone.onnx.wire.ValueInfoProto;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Small models, sound and broken, as protobuf writes them. */
final class TestModels {
  private TestModels() {}

  static ModelProto model(GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
        .setGraph(graph)
        .build();
  }

  /** A graph that holds the tensor as initializer "w". */
  static ModelProto holding(TensorProto.Builder tensor) {
    return model(GraphProto.newBuilder().setName("g").addInitializer(tensor.setName("w")));
  }

  static TensorProto.Builder tensor(DataType type, long... shape) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(type.getNumber());
    for (long dimension : shape) tensor.addDims(dimension);
    return tensor;
  }

  static TensorProto.Builder external(TensorProto.Builder tensor, String... keysAndValues) {
    tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      tensor.addExternalData(
          StringStringEntryProto.newBuilder()
              .setKey(keysAndValues[i])
              .setValue(keysAndValues[i + 1]));
    }
    return tensor;
  }

  static NodeProto.Builder node(String opType, String output) {
    return NodeProto.newBuilder().setOpType(opType).setName("n").addOutput(output);
  }

  /**
   * A model that has something of everything: bodies, attributes of many kinds, typed fields,
   * documentation.
   */
  static ModelProto rich() {
    GraphProto.Builder body =
        GraphProto.newBuilder()
            .setName("body")
            .addNode(node("Relu", "body_y"))
            .addInitializer(
                tensor(DataType.INT64, 2).setName("inner").addInt64Data(3).addInt64Data(-4))
            .addOutput(value("body_y"));
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("g")
            .setDocString("about the graph")
            .addInput(value("x"))
            .addOutput(value("y"))
            .addInitializer(
                tensor(DataType.FLOAT, 2, 2)
                    .setName("w")
                    .setRawData(ByteString.copyFrom(new byte[16])))
            .addInitializer(
                tensor(DataType.STRING, 2)
                    .setName("s")
                    .addStringData(utf8("one"))
                    .addStringData(utf8("")))
            .addNode(
                node("If", "y")
                    .setDocString("about the node")
                    .setDomain("")
                    .addAttribute(
                        attribute("then_branch", AttributeProto.AttributeType.GRAPH).setG(body))
                    .addAttribute(
                        attribute("axis", AttributeProto.AttributeType.INT)
                            .setI(-1)
                            .setDocString("which"))
                    .addAttribute(attribute("alpha", AttributeProto.AttributeType.FLOAT).setF(0.5f))
                    .addAttribute(
                        attribute("mode", AttributeProto.AttributeType.STRING).setS(utf8("fast")))
                    .addAttribute(
                        attribute("pads", AttributeProto.AttributeType.INTS).addInts(1).addInts(2))
                    .addAttribute(
                        attribute("value", AttributeProto.AttributeType.TENSOR)
                            .setT(
                                tensor(DataType.UINT8, 3)
                                    .setName("named")
                                    .setRawData(ByteString.copyFrom(new byte[] {7, 8, 9}))))
                    .addAttribute(
                        attribute("many", AttributeProto.AttributeType.TENSORS)
                            .addTensors(
                                tensor(DataType.INT8, 1)
                                    .setRawData(ByteString.copyFrom(new byte[] {5})))));
    return model(graph);
  }

  private static AttributeProto.Builder attribute(String name, AttributeProto.AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }

  private static ValueInfoProto.Builder value(String name) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder()
            .addDim(
                TensorShapeProto.Dimension.newBuilder()
                    .setDimParam("N")
                    .setDenotation("DATA_BATCH"))
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(4));
    TypeProto.Tensor.Builder type =
        TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT.getNumber()).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(type));
  }

  /** The initializer of the model's own graph, which must be there. */
  static Tensor initializer(Model model, String name) {
    return Objects.requireNonNull(model.graph().initializers().get(name), name);
  }

  static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static Path write(Path folder, MessageLite message) {
    return write(folder, message.toByteArray());
  }

  static Path write(Path folder, byte[] bytes) {
    try {
      return Files.write(folder.resolve("model.onnx"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
