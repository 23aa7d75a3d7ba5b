package dev.halftone.quantize.codes;

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

  static void requireFinite(CodeRequest request, float low, float high) {
    if (!(low > Float.NEGATIVE_INFINITY && high < Float.POSITIVE_INFINITY))
      throw Encoder.notFinite(request);
  }
}
