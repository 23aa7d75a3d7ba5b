package dev.halftone.onnx;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Tensors of one file, their bytes left where they are. */
final class TensorDecoder {
  /** Above this, {@code elements * bits} could overflow a long. */
  private static final long MAX_ELEMENTS = Long.MAX_VALUE / 128;

  private final Path file;
  private final MemorySegment bytes;
  private final ExternalFiles external;

  TensorDecoder(Path file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
    this.external = new ExternalFiles(file);
  }

  /**
   * The tensor, for which {@code proto} is part of a {@link Skeleton}.
   *
   * @param place what to call it in an error
   */
  Tensor decode(TensorProto proto, String place) {
    DType dtype = ElementTypes.of(proto.getDataType());
    if (dtype == null) {
      throw new UnsupportedModelException(
          file, "%s has the unknown data type %d".formatted(place, proto.getDataType()));
    }
    if (proto.getUnknownFields().hasField(SEGMENT)) {
      throw new UnsupportedModelException(file, place + " is only a segment of a tensor");
    }
    long[] shape = shape(proto, place);
    long count = Tensor.elements(shape);
    if (dtype == DType.STRING) return strings(proto, shape, count, place);
    return Tensor.of(dtype, shape, data(proto, dtype, count, place));
  }

  /** {@code TensorProto.segment}: part of a tensor stored in chunks, which no runtime reads. */
  private static final int SEGMENT = 3;

  private long[] shape(TensorProto proto, String place) {
    long[] shape = new long[proto.getDimsCount()];
    long count = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = proto.getDims(i);
      if (shape[i] < 0) throw malformed(place, "dimension %d is negative".formatted(shape[i]));
      if (Math.multiplyHigh(count, shape[i]) != 0
          || count * shape[i] < 0
          || count * shape[i] > MAX_ELEMENTS) {
        throw malformed(
            place, "shape %s has more elements than can be".formatted(proto.getDimsList()));
      }
      count *= shape[i];
    }
    return shape;
  }

  private MemorySegment data(TensorProto proto, DType dtype, long count, String place) {
    long size = dtype.bytes(count);
    if (isExternal(proto)) return external.bytes(proto, size, place);
    MemorySegment raw =
        proto.hasRawData()
            ? Skeleton.resolve(proto.getRawData(), file, bytes, place)
            : MemorySegment.NULL;
    if (raw.byteSize() == 0 && TypedData.isPresent(proto)) {
      return MemorySegment.ofBuffer(TypedData.decode(file, place, proto, dtype, count));
    }
    if (TypedData.isPresent(proto)) throw malformed(place, "both raw_data and a typed field");
    if (raw.byteSize() != size) {
      throw malformed(
          place,
          "%d bytes, expected %d for %s%s"
              .formatted(raw.byteSize(), size, dtype, proto.getDimsList()));
    }
    return raw;
  }

  private Tensor strings(TensorProto proto, long[] shape, long count, String place) {
    if (isExternal(proto) || proto.hasRawData())
      throw malformed(place, "strings outside string_data");
    return Tensor.of(
        DType.STRING,
        shape,
        MemorySegment.ofBuffer(TypedData.decode(file, place, proto, DType.STRING, count)));
  }

  private static boolean isExternal(TensorProto proto) {
    return proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  private MalformedModelException malformed(String place, String problem) {
    return new MalformedModelException(file, place, problem);
  }
}
