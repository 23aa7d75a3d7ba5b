/** Numeric loops over arrays: a checked facade, a plain reference, and the same loops in SIMD. */
@NullMarked
package dev.halftone.kernels;

import org.jspecify.annotations.NullMarked;
