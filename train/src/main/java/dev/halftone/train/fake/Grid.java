package dev.halftone.train.fake;

/**
 * How one constant of the file is made of floats that are trained: {@code code = clamp(rint(value /
 * scale) + zeroPoint, low, high)}.
 *
 * @param value the float initializer of the training graph
 * @param codes the initializer of the file
 * @param scale the initializer of both
 * @param zeroPoint the initializer of the file; empty for a bias, whose zero point is 0
 * @param axis of the scales
 */
record Grid(
    String value, String codes, String scale, String zeroPoint, int axis, long low, long high) {}
