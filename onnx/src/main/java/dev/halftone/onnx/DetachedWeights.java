package dev.halftone.onnx;

import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Weights of the model's own graph that a runtime is given from memory. */
final class DetachedWeights implements WeightPlacement {
  /**
   * Never opened; a plain file name, as runtimes check that a location stays in the model's folder.
   */
  private static final String LOCATION = "detached";

  private final long threshold;
  private final Map<String, Tensor> weights = new LinkedHashMap<>();

  DetachedWeights(long threshold) {
    this.threshold = threshold;
  }

  @Override
  public @Nullable External place(String name, Tensor tensor, boolean topGraph) {
    if (!topGraph || tensor.byteSize() < threshold || tensor.byteSize() == 0 || !isPlain(tensor))
      return null;
    weights.put(name, tensor);
    return new External(LOCATION, 0, tensor.byteSize());
  }

  /** The types for which ONNX Runtime's Java interface can make a tensor. */
  private static boolean isPlain(Tensor tensor) {
    return switch (tensor.dtype()) {
      case FLOAT32, FLOAT64, FLOAT16, BFLOAT16, INT8, UINT8, INT16, INT32, INT64, BOOL -> true;
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
          false;
    };
  }

  Map<String, Tensor> weights() {
    return weights;
  }
}
