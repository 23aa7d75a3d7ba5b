/**
 * The formats that numbers are stored in, each a value with its codes, range, rounding and
 * saturation; and formats of blocks that share a scale.
 */
@NullMarked
package dev.halftone.number;

import org.jspecify.annotations.NullMarked;
