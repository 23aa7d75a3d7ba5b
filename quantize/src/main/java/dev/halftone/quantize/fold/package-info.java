/**
 * Rewrites before quantization that change no answer: constants are made initializers, and what
 * follows a linear operator and is linear itself becomes part of it, so that one integer operator
 * does the work of several.
 */
@NullMarked
package dev.halftone.quantize.fold;

import org.jspecify.annotations.NullMarked;
