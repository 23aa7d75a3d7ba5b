package dev.halftone.train.fake;

import dev.halftone.scheme.Codes;
import dev.halftone.tensor.DType;

/**
 * The zero point of an activation, which can be learned.
 *
 * @param zeroPoint the float initializer of the training graph
 * @param scale the initializer of both, which goes with it
 * @param stored the initializer of the file
 * @param type of the stored one
 * @param codes that are used, which it is one of
 */
record Offset(String zeroPoint, String scale, String stored, DType type, Codes codes) {}
