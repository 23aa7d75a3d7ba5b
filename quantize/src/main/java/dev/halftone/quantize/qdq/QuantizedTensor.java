package dev.halftone.quantize.qdq;

import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.tensor.Tensor;

/**
 * A constant as integers.
 *
 * @param codes the integers, in the shape of the constant
 * @param scale no dimensions, or one entry for each index of {@code axis}
 * @param zeroPoint of the codes' type and the scale's shape
 * @param axis the channel axis; meaningless where there is one scale
 */
record QuantizedTensor(Tensor codes, Tensor scale, Tensor zeroPoint, int axis) {
  /** A zero point without dimensions. */
  static Tensor zeroPoint(QuantizationParameters parameters) {
    int zeroPoint = parameters.zeroPoint();
    int bits = parameters.type().bits();
    byte low = (byte) (bits < 8 ? zeroPoint & ((1 << bits) - 1) : zeroPoint);
    byte[] bytes = bits <= 8 ? new byte[] {low} : new byte[] {low, (byte) (zeroPoint >> 8)};
    return Tensor.ofBytes(parameters.type(), bytes);
  }

  boolean perChannel() {
    return scale.rank() > 0;
  }
}
