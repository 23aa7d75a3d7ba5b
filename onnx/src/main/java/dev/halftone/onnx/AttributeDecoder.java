package dev.halftone.onnx;

import com.google.protobuf.ByteString;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.onnx.wire.AttributeProto;
import dev.halftone.onnx.wire.AttributeProto.AttributeType;
import dev.halftone.onnx.wire.TensorProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Values of attributes. */
final class AttributeDecoder {
  private final Path file;
  private final TensorDecoder tensors;
  private final GraphDecoder graphs;

  AttributeDecoder(Path file, TensorDecoder tensors, GraphDecoder graphs) {
    this.file = file;
    this.tensors = tensors;
    this.graphs = graphs;
  }

  /**
   * The value that the declared type tells; fields of other types are not looked at, as in the
   * runtime.
   */
  Attribute decode(AttributeProto proto, String place) {
    if (!proto.getRefAttrName().isEmpty()) {
      String name = graphs.text(proto.getRefAttrNameBytes(), place);
      return new Attribute.OfReference(name, Opaque.of(proto.toByteArray()));
    }
    return switch (type(proto)) {
      case FLOAT -> new Attribute.OfFloat(proto.getF());
      case INT -> new Attribute.OfInt(proto.getI());
      case STRING -> string(proto);
      case TENSOR ->
          new Attribute.OfTensor(
              tensors.decode(required(proto.hasT(), proto, place).getT(), place));
      case GRAPH ->
          new Attribute.OfGraph(
              graphs.decode(required(proto.hasG(), proto, place).getG(), place + ", "));
      case FLOATS -> new Attribute.OfFloats(proto.getFloatsList());
      case INTS -> new Attribute.OfInts(proto.getIntsList());
      case STRINGS -> strings(proto);
      case GRAPHS -> graphs(proto, place);
      case TENSORS, SPARSE_TENSOR, SPARSE_TENSORS, TYPE_PROTO, TYPE_PROTOS, UNDEFINED ->
          notModelled(proto, place);
    };
  }

  /** Files before IR version 2 give no type: there it is the field that is present. */
  private static AttributeType type(AttributeProto proto) {
    if (proto.getType() != AttributeType.UNDEFINED) return proto.getType();
    if (proto.hasT()) return AttributeType.TENSOR;
    if (proto.hasG()) return AttributeType.GRAPH;
    if (proto.getGraphsCount() > 0) return AttributeType.GRAPHS;
    if (proto.hasI()) return AttributeType.INT;
    if (proto.hasF()) return AttributeType.FLOAT;
    if (proto.hasS()) return AttributeType.STRING;
    if (proto.getIntsCount() > 0) return AttributeType.INTS;
    if (proto.getFloatsCount() > 0) return AttributeType.FLOATS;
    if (proto.getStringsCount() > 0) return AttributeType.STRINGS;
    return AttributeType.UNDEFINED;
  }

  private AttributeProto required(boolean present, AttributeProto proto, String place) {
    if (!present)
      throw new MalformedModelException(
          file, place, "declared as %s without a value".formatted(proto.getType()));
    return proto;
  }

  /** Strings of other encodings stay bytes. */
  private static Attribute string(AttributeProto proto) {
    return proto.getS().isValidUtf8()
        ? new Attribute.OfString(proto.getS().toStringUtf8())
        : opaque(proto);
  }

  private static Attribute strings(AttributeProto proto) {
    if (!proto.getStringsList().stream().allMatch(ByteString::isValidUtf8)) return opaque(proto);
    return new Attribute.OfStrings(
        proto.getStringsList().stream().map(ByteString::toStringUtf8).toList());
  }

  private Attribute graphs(AttributeProto proto, String place) {
    List<Graph> bodies = new ArrayList<>();
    for (int i = 0; i < proto.getGraphsCount(); i++) {
      bodies.add(graphs.decode(proto.getGraphs(i), "%s, body %d, ".formatted(place, i)));
    }
    return new Attribute.OfGraphs(bodies);
  }

  private Attribute notModelled(AttributeProto proto, String place) {
    for (TensorProto tensor : proto.getTensorsList()) {
      // Carried over as bytes, it would point to a file that the new model does not have beside it.
      if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        throw new UnsupportedModelException(file, place + " lists tensors with external data");
      }
    }
    return opaque(proto);
  }

  private static Attribute opaque(AttributeProto proto) {
    return new Attribute.OfOpaque(Opaque.of(proto.toByteArray()));
  }

  /**
   * What is left of the attribute once {@link #decode} has taken its value: documentation, a
   * tensor's name, unknown fields.
   */
  static AttributeProto rest(AttributeProto proto) {
    AttributeProto.Builder rest = withoutValue(proto.toBuilder()).clearName();
    if (type(proto) == AttributeType.TENSOR) {
      TensorProto tensor = TensorEncoder.withoutData(proto.getT().toBuilder()).build();
      if (!tensor.equals(TensorProto.getDefaultInstance())) rest.setT(tensor);
    }
    return rest.build();
  }

  static AttributeProto.Builder withoutValue(AttributeProto.Builder proto) {
    return proto
        .clearType()
        .clearF()
        .clearI()
        .clearS()
        .clearT()
        .clearG()
        .clearFloats()
        .clearInts()
        .clearStrings()
        .clearTensors()
        .clearGraphs();
  }
}
