package dev.halftone.quantize.qdq;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;

/** Scale and zero point of an activation. */
record ActivationParameters(float scale, int zeroPoint, DType dtype) {
  Tensor zeroPointTensor() {
    byte low = (byte) zeroPoint;
    byte[] bytes = dtype.bits() == 8 ? new byte[] {low} : new byte[] {low, (byte) (zeroPoint >> 8)};
    return Tensor.ofBytes(dtype, bytes);
  }
}
