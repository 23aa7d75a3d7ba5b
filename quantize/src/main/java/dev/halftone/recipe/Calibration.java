package dev.halftone.recipe;

/** How an activation's range is chosen from what was observed. */
public enum Calibration {
  MINMAX,
  MOVING_AVERAGE,
  PERCENTILE,
  ENTROPY,
  MSE
}
