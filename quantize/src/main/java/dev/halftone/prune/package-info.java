/**
 * What was asked of pruning, what will be done, layer by layer, and what came of it. A weight that
 * is pruned is an exact zero in the file; there are no masks beside it.
 */
@NullMarked
package dev.halftone.prune;

import org.jspecify.annotations.NullMarked;
