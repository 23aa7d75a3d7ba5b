package dev.halftone.onnx;

import dev.halftone.onnx.wire.TensorProto.DataType;
import dev.halftone.tensor.DType;
import org.jspecify.annotations.Nullable;

/** {@code TensorProto.DataType} and {@link DType}. */
final class ElementTypes {
  private ElementTypes() {}

  /** The type of that number, null if ONNX or Halftone knows none. */
  static @Nullable DType of(int number) {
    DataType type = DataType.forNumber(number);
    return type == null ? null : of(type);
  }

  private static @Nullable DType of(DataType type) {
    return switch (type) {
      case UNDEFINED -> null;
      case FLOAT -> DType.FLOAT32;
      case UINT8 -> DType.UINT8;
      case INT8 -> DType.INT8;
      case UINT16 -> DType.UINT16;
      case INT16 -> DType.INT16;
      case INT32 -> DType.INT32;
      case INT64 -> DType.INT64;
      case STRING -> DType.STRING;
      case BOOL -> DType.BOOL;
      case FLOAT16 -> DType.FLOAT16;
      case DOUBLE -> DType.FLOAT64;
      case UINT32 -> DType.UINT32;
      case UINT64 -> DType.UINT64;
      case COMPLEX64 -> DType.COMPLEX64;
      case COMPLEX128 -> DType.COMPLEX128;
      case BFLOAT16 -> DType.BFLOAT16;
      case FLOAT8E4M3FN -> DType.FLOAT8E4M3FN;
      case FLOAT8E4M3FNUZ -> DType.FLOAT8E4M3FNUZ;
      case FLOAT8E5M2 -> DType.FLOAT8E5M2;
      case FLOAT8E5M2FNUZ -> DType.FLOAT8E5M2FNUZ;
      case UINT4 -> DType.UINT4;
      case INT4 -> DType.INT4;
      case FLOAT4E2M1 -> DType.FLOAT4E2M1;
      case FLOAT8E8M0 -> DType.FLOAT8E8M0;
      case UINT2 -> DType.UINT2;
      case INT2 -> DType.INT2;
    };
  }

  static DataType of(DType type) {
    return switch (type) {
      case FLOAT32 -> DataType.FLOAT;
      case FLOAT64 -> DataType.DOUBLE;
      case FLOAT16 -> DataType.FLOAT16;
      case BFLOAT16 -> DataType.BFLOAT16;
      case INT8 -> DataType.INT8;
      case UINT8 -> DataType.UINT8;
      case INT16 -> DataType.INT16;
      case UINT16 -> DataType.UINT16;
      case INT32 -> DataType.INT32;
      case UINT32 -> DataType.UINT32;
      case INT64 -> DataType.INT64;
      case UINT64 -> DataType.UINT64;
      case BOOL -> DataType.BOOL;
      case INT4 -> DataType.INT4;
      case UINT4 -> DataType.UINT4;
      case INT2 -> DataType.INT2;
      case UINT2 -> DataType.UINT2;
      case FLOAT8E4M3FN -> DataType.FLOAT8E4M3FN;
      case FLOAT8E4M3FNUZ -> DataType.FLOAT8E4M3FNUZ;
      case FLOAT8E5M2 -> DataType.FLOAT8E5M2;
      case FLOAT8E5M2FNUZ -> DataType.FLOAT8E5M2FNUZ;
      case FLOAT8E8M0 -> DataType.FLOAT8E8M0;
      case FLOAT4E2M1 -> DataType.FLOAT4E2M1;
      case COMPLEX64 -> DataType.COMPLEX64;
      case COMPLEX128 -> DataType.COMPLEX128;
      case STRING -> DataType.STRING;
    };
  }
}
