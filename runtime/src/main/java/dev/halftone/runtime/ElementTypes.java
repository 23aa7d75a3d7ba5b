package dev.halftone.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import dev.halftone.tensor.DType;
import org.jspecify.annotations.Nullable;

/** Element types of ONNX Runtime's Java binding and ours. */
final class ElementTypes {
  private ElementTypes() {}

  /** Our name of the type, or null where the binding cannot tell which one it is. */
  static @Nullable DType of(TensorInfo info) {
    return switch (info.onnxType) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> DType.FLOAT32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> DType.FLOAT64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> DType.FLOAT16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> DType.BFLOAT16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> DType.INT8;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> DType.UINT8;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> DType.INT16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> DType.UINT16;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> DType.INT32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> DType.UINT32;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> DType.INT64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> DType.UINT64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> DType.BOOL;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> DType.STRING;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E4M3FN -> DType.FLOAT8E4M3FN;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E4M3FNUZ -> DType.FLOAT8E4M3FNUZ;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E5M2 -> DType.FLOAT8E5M2;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E5M2FNUZ -> DType.FLOAT8E5M2FNUZ;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64 -> DType.COMPLEX64;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX128 -> DType.COMPLEX128;
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED -> null;
    };
  }

  /**
   * The binding's type with which a tensor of the type can be made from bytes, or null where there
   * is none.
   */
  static @Nullable OnnxJavaType feedable(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> OnnxJavaType.FLOAT;
      case FLOAT64 -> OnnxJavaType.DOUBLE;
      case FLOAT16 -> OnnxJavaType.FLOAT16;
      case BFLOAT16 -> OnnxJavaType.BFLOAT16;
      case INT8 -> OnnxJavaType.INT8;
      case UINT8 -> OnnxJavaType.UINT8;
      case INT16 -> OnnxJavaType.INT16;
      case INT32 -> OnnxJavaType.INT32;
      case INT64 -> OnnxJavaType.INT64;
      case BOOL -> OnnxJavaType.BOOL;
      case UINT16,
          UINT32,
          UINT64,
          INT4,
          UINT4,
          INT2,
          UINT2,
          FLOAT8E4M3FN,
          FLOAT8E4M3FNUZ,
          FLOAT8E5M2,
          FLOAT8E5M2FNUZ,
          FLOAT8E8M0,
          FLOAT4E2M1,
          COMPLEX64,
          COMPLEX128,
          STRING ->
          null;
    };
  }

  /** Whether a tensor of the type can be made from bytes. */
  static boolean isFeedable(DType dtype) {
    return feedable(dtype) != null;
  }

  /** Whether the elements of an output of the type are plain bytes in memory. */
  static boolean readable(DType dtype) {
    return dtype != DType.STRING && dtype.bits() % 8 == 0;
  }
}
