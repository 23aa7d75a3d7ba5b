package dev.halftone.calibrate.observe;

/** What has to be known of a tensor. */
public enum Request {
  /** Extremes and counts, of all samples and of each. */
  RANGE,
  /** These and a histogram. */
  HISTOGRAM
}
