/**
 * The model as immutable records, whatever file it came from. A part of a file that Halftone does
 * not model is kept as {@link dev.halftone.graph.Opaque} beside the record it belongs to, so that
 * writing gives it back byte for byte.
 */
@NullMarked
package dev.halftone.graph;

import org.jspecify.annotations.NullMarked;
