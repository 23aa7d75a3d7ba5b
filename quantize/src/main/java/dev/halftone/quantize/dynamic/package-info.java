/** Quantization with activations measured at run time. */
@NullMarked
package dev.halftone.quantize.dynamic;

import org.jspecify.annotations.NullMarked;
