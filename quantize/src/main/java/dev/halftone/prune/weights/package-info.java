/** Zeros in weights: which by what score, and how many of which. */
@NullMarked
package dev.halftone.prune.weights;

import org.jspecify.annotations.NullMarked;
