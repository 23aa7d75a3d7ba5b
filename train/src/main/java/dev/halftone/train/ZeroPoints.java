package dev.halftone.train;

/** What becomes of the zero points of activations. */
public enum ZeroPoints {
  /** They stay where calibration put them. */
  KEPT,
  /**
   * They are learned beside the scales, as numbers that are rounded wherever they are used: Bhalgat
   * et al., "LSQ+: Improving low-bit quantization through learnable offsets and better
   * initialization" (arXiv 2004.09576), with the offset {@code -zeroPoint * scale}.
   */
  LEARNED
}
