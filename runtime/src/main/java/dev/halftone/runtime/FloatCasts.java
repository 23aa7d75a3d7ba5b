package dev.halftone.runtime;

import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples made for one model, in the floating-point types of another: a half-precision model is fed
 * what its reference is fed.
 */
final class FloatCasts {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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
    if (tensor.dtype() == to || !tensor.dtype().isFloat()) return tensor;
    return switch (to) {
      case FLOAT32 -> Tensor.ofFloats(tensor.toFloats(), tensor.shape());
      case FLOAT64 -> toDoubles(tensor);
      case FLOAT16 -> toHalves(tensor);
      default -> tensor;
    };
  }

  private static Tensor toDoubles(Tensor tensor) {
    float[] values = tensor.toFloats();
    MemorySegment bytes =
        MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, Double.BYTES)]);
    for (int i = 0; i < values.length; i++) bytes.set(DOUBLE, (long) i * Double.BYTES, values[i]);
    return Tensor.of(DType.FLOAT64, tensor.shape(), bytes);
  }

  private static Tensor toHalves(Tensor tensor) {
    float[] values = tensor.toFloats();
    MemorySegment bytes =
        MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, Short.BYTES)]);
    for (int i = 0; i < values.length; i++)
      bytes.set(SHORT, (long) i * Short.BYTES, Float.floatToFloat16(values[i]));
    return Tensor.of(DType.FLOAT16, tensor.shape(), bytes);
  }
}
