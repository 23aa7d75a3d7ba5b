package dev.halftone.quantize.qdq;

import org.jspecify.annotations.Nullable;

/**
 * The constants of a linear operator as integers.
 *
 * @param bias 32-bit, its scale the product of the input's and the weight's; null when the operator
 *     has none
 */
record LinearWeights(QuantizedTensor weight, @Nullable QuantizedTensor bias) {}
