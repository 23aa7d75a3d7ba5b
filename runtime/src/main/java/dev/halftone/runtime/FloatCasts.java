package dev.halftone.runtime;

import dev.halftone.graph.ValueInfo;
import dev.halftone.number.Casting;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples made for one model, in the floating-point types of another: a half-precision model is fed
 * what its reference is fed.
 */
final class FloatCasts {
  private FloatCasts() {}

  /**
   * The sample with floating-point tensors in the types of the inputs, rounded to nearest even; the
   * rest as it is.
   */
  static Map<String, Tensor> fit(Map<String, Tensor> sample, List<ValueInfo> inputs) {
    Map<String, Tensor> fitted = new LinkedHashMap<>(sample);
    for (ValueInfo input : inputs) {
      Tensor tensor = sample.get(input.name());
      if (tensor != null && input.type() != null)
        fitted.put(input.name(), cast(tensor, input.type().dtype()));
    }
    return fitted;
  }

  private static Tensor cast(Tensor tensor, DType to) {
    if (!tensor.dtype().isFloat()) return tensor;
    return switch (to) {
      case FLOAT16, FLOAT32, FLOAT64 -> Casting.cast(tensor, to);
      default -> tensor;
    };
  }
}
