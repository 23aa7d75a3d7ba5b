package dev.halftone.quantize.codes;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** A weight's values as floats. */
final class Values {
  private Values() {}

  /** Reads {@code count} elements from {@code from} on into {@code target}. */
  static void read(Tensor weight, long from, float[] target, int at, int count) {
    if (weight.dtype() == DType.FLOAT32) {
      MemorySegment.copy(weight.data(), Tensor.FLOAT, from * 4, target, at, count);
    } else {
      System.arraycopy(weight.toFloats(from, count), 0, target, at, count);
    }
  }

  /** The range of finite values. */
  static FiniteRange range(CodeRequest request, float[] values, int from, int count) {
    FiniteRange range = Kernels.finiteRange(values, from, from + count);
    if (range.finite() < count) throw Encoder.notFinite(request);
    return range;
  }

  static void requireFinite(CodeRequest request, float[] values, int from, int count) {
    if (!Kernels.allFinite(values, from, from + count)) throw Encoder.notFinite(request);
  }
}
