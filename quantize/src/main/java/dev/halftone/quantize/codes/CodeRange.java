package dev.halftone.quantize.codes;

/** Which codes of an integer type are used. */
public enum CodeRange {
  /** All; symmetric INT8 lays its scale over [-127, 127]. */
  FULL,
  /** As many below the zero point as above: [-127, 127], [-7, 7], [1, 15]. */
  RESTRICTED,
  /** 8 bits only: [-64, 64] and [0, 127], for CPUs that add two 8-bit products in 16 bits. */
  REDUCED
}
