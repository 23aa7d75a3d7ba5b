/** Whole models in 16-bit floating point. */
@NullMarked
package dev.halftone.quantize.half;

import org.jspecify.annotations.NullMarked;
