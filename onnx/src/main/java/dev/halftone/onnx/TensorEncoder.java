package dev.halftone.onnx;

import com.google.protobuf.ByteString;
import dev.halftone.onnx.WeightPlacement.External;
import dev.halftone.onnx.wire.StringStringEntryProto;
import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Tensors to the wire, always as {@code raw_data} or external data, but for strings. */
final class TensorEncoder {
  private static final int RAW_DATA = 9;
  private static final ValueLayout.OfInt LENGTH =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private TensorEncoder() {}

  /**
   * The message in pieces.
   *
   * @param base name, documentation and what else is not the tensor itself
   */
  static Pieces encode(TensorProto base, Tensor tensor, @Nullable External external) {
    TensorProto.Builder proto =
        base.toBuilder().setDataType(ElementTypes.of(tensor.dtype()).getNumber());
    for (long dimension : tensor.shape()) proto.addDims(dimension);
    if (external != null) return new Pieces().merge(refer(proto, external).build());
    if (tensor.dtype() == DType.STRING) return new Pieces().merge(strings(proto, tensor).build());
    return new Pieces().merge(proto.build()).field(RAW_DATA, tensor.data());
  }

  private static TensorProto.Builder refer(TensorProto.Builder proto, External external) {
    return proto
        .addExternalData(entry("location", external.location()))
        .addExternalData(entry("offset", Long.toString(external.offset())))
        .addExternalData(entry("length", Long.toString(external.length())))
        .setDataLocation(TensorProto.DataLocation.EXTERNAL);
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static TensorProto.Builder strings(TensorProto.Builder proto, Tensor tensor) {
    MemorySegment data = tensor.data();
    long at = 0;
    for (long i = 0; i < tensor.count(); i++) {
      int length = data.get(LENGTH, at);
      at += Integer.BYTES;
      proto.addStringData(
          ByteString.copyFrom(data.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE)));
      at += length;
    }
    return proto;
  }

  /** What is not the tensor itself. */
  static TensorProto.Builder withoutData(TensorProto.Builder proto) {
    return proto
        .clearDims()
        .clearDataType()
        .clearFloatData()
        .clearInt32Data()
        .clearStringData()
        .clearInt64Data()
        .clearRawData()
        .clearDoubleData()
        .clearUint64Data()
        .clearExternalData()
        .clearDataLocation();
  }
}
