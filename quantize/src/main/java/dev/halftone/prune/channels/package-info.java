/**
 * Whole output channels taken away: which values share channels, which channels matter least, and
 * the smaller graph.
 */
@NullMarked
package dev.halftone.prune.channels;

import org.jspecify.annotations.NullMarked;
