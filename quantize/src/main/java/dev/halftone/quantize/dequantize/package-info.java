/** Quantized models: what in them is quantized, and the way back to float. */
@NullMarked
package dev.halftone.quantize.dequantize;

import org.jspecify.annotations.NullMarked;
