package dev.halftone.scheme;

/** Which codes of an integer type weights use. */
public enum CodeRange {
  /**
   * All. Symmetric codes of 8 bits lay their scale over as many on either side, [-127, 127], so
   * that -128 is met only where a search cuts the range.
   */
  USUAL,
  /** All, and symmetric scales are as small as the lowest code allows: over [-128, 127]. */
  FULL,
  /** Symmetric codes with as many below the zero point as above: [-127, 127], [-7, 7], [1, 15]. */
  RESTRICTED,
  /** 8 bits only: [-64, 64] and [0, 127], for CPUs that add two 8-bit products in 16 bits. */
  REDUCED
}
