/**
 * What names mean inside the bodies of control-flow nodes, and rewriting a graph together with
 * them.
 */
@NullMarked
package dev.halftone.quantize.scope;

import org.jspecify.annotations.NullMarked;
