package dev.halftone.recipe;

/** What kind of quantization is applied. */
public enum Mode {
  /** Weights and activations as integers, activation ranges from calibration data. */
  STATIC,
  /**
   * Weights as integers, activations quantized at run time with parameters computed from each
   * input.
   */
  DYNAMIC,
  /** Weights alone. */
  WEIGHTS,
  /** Everything in IEEE half precision. */
  FP16,
  /** Weights stored as bfloat16. */
  BF16
}
