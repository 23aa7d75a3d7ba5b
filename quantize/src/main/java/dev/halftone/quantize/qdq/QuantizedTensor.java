package dev.halftone.quantize.qdq;

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
  boolean perChannel() {
    return scale.rank() > 0;
  }
}
