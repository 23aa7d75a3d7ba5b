/** A model in the words of a newer version of the standard operator set. */
@NullMarked
package dev.halftone.graph.opset;

import org.jspecify.annotations.NullMarked;
