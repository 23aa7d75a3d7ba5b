package dev.halftone.calibrate.observe;

/** What clipping at an edge between bins costs: a sum of powers of distances to it. */
sealed interface ClippedPowers permits ClippedSquares, TabledPowers {
  /** Of the elements in bins under {@code edge}, which is at most 0. */
  double below(int edge);

  /** Of the elements in the bins from {@code edge} on, which is at least 0. */
  double above(int edge);
}
