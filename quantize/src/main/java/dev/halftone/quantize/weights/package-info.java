/** Weights-only quantization. */
@NullMarked
package dev.halftone.quantize.weights;

import org.jspecify.annotations.NullMarked;
