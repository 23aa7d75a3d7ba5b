package dev.halftone.train.optimize;

import org.bytedeco.pytorch.Tensor;

/**
 * What is trained, with how far a step may take it: networks come with weights of any magnitude, so
 * that steps are relative to what each is at the start.
 *
 * @param tensor a leaf of the graph
 * @param unit what a step of 1 adds; of a shape that spreads over the tensor
 * @param gradientScale what its gradient is multiplied with before it counts
 * @param decays whether weight decay makes it smaller
 * @param mask 0 where it stays as it is and 1 elsewhere, of the tensor's shape; undefined where all
 *     of it is trained
 * @param floor least value that it may get; of a shape that spreads over the tensor, or undefined
 * @param ceiling greatest value likewise
 */
public record Parameter(
    String name,
    Tensor tensor,
    Tensor unit,
    double gradientScale,
    boolean decays,
    Tensor mask,
    Tensor floor,
    Tensor ceiling) {}
