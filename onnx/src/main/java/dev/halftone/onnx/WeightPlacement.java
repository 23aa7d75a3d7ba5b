package dev.halftone.onnx;

import dev.halftone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Decides for each initializer whether its bytes stay in the model. */
interface WeightPlacement {
  /** Everything stays inside. */
  WeightPlacement INSIDE = (name, tensor, topGraph) -> null;

  /** Where the bytes are, in the words of {@code TensorProto.external_data}. */
  record External(String location, long offset, long length) {}

  /**
   * The place of an initializer's bytes, or null to keep them inside.
   *
   * @param topGraph whether it belongs to the model's own graph, not to a body
   */
  @Nullable External place(String name, Tensor tensor, boolean topGraph);
}
