/** Edits of a graph: the one place where a changed graph is built. */
@NullMarked
package dev.halftone.graph.edit;

import org.jspecify.annotations.NullMarked;
