/**
 * Weights as integers with scales by block: how they are laid out, what a block's scale is, and the
 * encoding itself.
 */
@NullMarked
package dev.halftone.quantize.codes;

import org.jspecify.annotations.NullMarked;
