/**
 * ONNX operators as libtorch computes them, so that gradients flow through: one family a file, all
 * of them listed in {@link dev.halftone.train.operator.Operators}.
 */
@NullMarked
package dev.halftone.train.operator;

import org.jspecify.annotations.NullMarked;
