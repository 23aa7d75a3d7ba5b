/**
 * The words of uniform quantization: a range of real numbers, the codes of a type, and the scale
 * and zero point that tie them.
 */
@NullMarked
package dev.halftone.scheme;

import org.jspecify.annotations.NullMarked;
