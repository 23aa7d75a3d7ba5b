/** A graph as a function over named tensors of libtorch. */
@NullMarked
package dev.halftone.train.function;

import org.jspecify.annotations.NullMarked;
