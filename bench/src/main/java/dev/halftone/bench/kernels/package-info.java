/** How fast the numeric loops are, plain and in SIMD, beside a copy of the same memory. */
@NullMarked
package dev.halftone.bench.kernels;

import org.jspecify.annotations.NullMarked;
