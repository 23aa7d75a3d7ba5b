package dev.halftone.train;

/** What becomes of weights that are exactly zero before training. */
public enum Zeros {
  /** They stay zero where a tenth of one weight's elements or more are. */
  KEPT_WHERE_PRUNED,
  /** They stay zero. */
  KEPT,
  /** They are trained as all others are. */
  TRAINED
}
