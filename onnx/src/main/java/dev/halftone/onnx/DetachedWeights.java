package dev.halftone.onnx;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Weights of the model's own graph that a runtime is given from memory. */
final class DetachedWeights implements WeightPlacement {
  /**
   * Never opened; a plain file name, as runtimes check that a location stays in the model's folder.
   */
  private static final String LOCATION = "detached";

  private final long threshold;
  private final Predicate<DType> accepted;
  private final Map<String, Tensor> weights = new LinkedHashMap<>();

  /**
   * @param accepted element types whose tensors the runtime can be given
   */
  DetachedWeights(long threshold, Predicate<DType> accepted) {
    this.threshold = threshold;
    this.accepted = accepted;
  }

  @Override
  public @Nullable External place(String name, Tensor tensor, boolean topGraph) {
    if (!topGraph || tensor.byteSize() < threshold || tensor.byteSize() == 0) return null;
    if (tensor.dtype() == DType.STRING || !accepted.test(tensor.dtype())) return null;
    weights.put(name, tensor);
    return new External(LOCATION, 0, tensor.byteSize());
  }

  Map<String, Tensor> weights() {
    return weights;
  }
}
