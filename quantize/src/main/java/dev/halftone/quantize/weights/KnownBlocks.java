package dev.halftone.quantize.weights;

import dev.halftone.quantize.codes.Scaling;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;

/**
 * A weight that is quantized already, in blocks along what a product sums over.
 *
 * @param type of its codes: INT4 or INT8 where they are symmetric, else UINT4 or UINT8
 * @param block values of a block
 * @param values what the codes stand for, in the shape of the constant, FLOAT32
 * @param scales by output channel and block; every value is a whole number of its scale, but for
 *     the rounding of that product to a float
 */
public record KnownBlocks(
    DType type, boolean symmetric, int block, Tensor values, Scaling.KnownScales scales) {}
