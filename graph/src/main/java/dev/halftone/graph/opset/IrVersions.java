package dev.halftone.graph.opset;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;

/**
 * Which version of the file format came with which operator set (source: the table in ONNX's
 * Versioning.md), and with which element type (the comments of TensorProto.DataType in onnx.proto).
 */
public final class IrVersions {
  private IrVersions() {}

  /** The oldest format that knows the standard operator set of that version. */
  static long of(long opset) {
    if (opset >= 25) return 13;
    if (opset >= 24) return 12;
    if (opset >= 23) return 11;
    if (opset >= 21) return 10;
    if (opset >= 19) return 9;
    if (opset >= 15) return 8;
    if (opset >= 12) return 7;
    if (opset >= 11) return 6;
    if (opset >= 10) return 5;
    // 3 was enough for opset 8, but there each initializer is an input too.
    return 4;
  }

  /** The oldest format that knows the element types of all initializers, those of bodies too. */
  public static long of(Graph graph) {
    long version = 0;
    for (Tensor value : graph.initializers().values())
      version = Math.max(version, of(value.dtype()));
    for (Node node : graph.nodes())
      for (Graph body : node.bodies()) version = Math.max(version, of(body));
    return version;
  }

  private static long of(DType type) {
    return switch (type) {
      case FLOAT32, FLOAT64, FLOAT16, INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64 -> 0;
      case BOOL, STRING, COMPLEX64, COMPLEX128, BFLOAT16 -> 0;
      case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> 9;
      case INT4, UINT4 -> 10;
      case FLOAT4E2M1 -> 11;
      case FLOAT8E8M0 -> 12;
      case INT2, UINT2 -> 13;
    };
  }
}
