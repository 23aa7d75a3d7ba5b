package dev.halftone.onnx;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.TensorType;
import dev.halftone.onnx.wire.TensorShapeProto;
import dev.halftone.onnx.wire.TypeProto;
import dev.halftone.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Declared types of tensors, to and from the wire. */
final class ValueTypes {
  private ValueTypes() {}

  /** The type, or null where it is not that of a tensor or its element type is not told. */
  static @Nullable TensorType decode(TypeProto proto) {
    if (!proto.hasTensorType()) return null;
    DType dtype = ElementTypes.of(proto.getTensorType().getElemType());
    if (dtype == null) return null;
    if (!proto.getTensorType().hasShape()) return new TensorType(dtype, null);
    List<Dimension> shape = new ArrayList<>();
    proto
        .getTensorType()
        .getShape()
        .getDimList()
        .forEach(dimension -> shape.add(decode(dimension)));
    return new TensorType(dtype, shape);
  }

  /** A negative size is what some exporters write for an unknown one. */
  private static Dimension decode(TensorShapeProto.Dimension proto) {
    if (proto.hasDimValue() && proto.getDimValue() >= 0)
      return new Dimension.Fixed(proto.getDimValue());
    if (!proto.getDimParam().isEmpty()) return new Dimension.Symbolic(proto.getDimParam());
    return new Dimension.Unknown();
  }

  static TypeProto encode(TensorType type) {
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(ElementTypes.of(type.dtype()).getNumber());
    List<Dimension> shape = type.shape();
    if (shape != null) {
      TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
      shape.forEach(dimension -> dimensions.addDim(encode(dimension)));
      tensor.setShape(dimensions);
    }
    return TypeProto.newBuilder().setTensorType(tensor).build();
  }

  private static TensorShapeProto.Dimension encode(Dimension dimension) {
    TensorShapeProto.Dimension.Builder proto = TensorShapeProto.Dimension.newBuilder();
    switch (dimension) {
      case Dimension.Fixed(long size) -> proto.setDimValue(size);
      case Dimension.Symbolic(String name) -> proto.setDimParam(name);
      case Dimension.Unknown() -> proto.clearValue();
    }
    return proto.build();
  }
}
