package dev.halftone.train.fake;

/**
 * How one constant of the file is made of floats that are trained: {@code code = clamp(rint(value /
 * scale) + zeroPoint, low, high)}.
 *
 * @param value the float initializer of the training graph
 * @param codes the initializer of the file
 * @param scale the initializer of both
 * @param ofProduct whether the scale is the product of two others, as a bias has it
 * @param zeroPoint the initializer of the file; empty where the zero point is 0
 * @param axis of the scales, the last one that has several
 */
record Grid(
    String value,
    String codes,
    String scale,
    boolean ofProduct,
    String zeroPoint,
    int axis,
    long low,
    long high) {}
