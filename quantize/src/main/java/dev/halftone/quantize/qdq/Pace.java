package dev.halftone.quantize.qdq;

import dev.halftone.recipe.Processor;

/**
 * How much longer a kind of processor takes than that with AVX-512 VNNI and 256-bit units which
 * {@link Layer} was fitted to.
 *
 * @param floats times as long in float kernels
 * @param integers times as long in integer kernels, and to get into integers
 */
record Pace(double floats, double integers) {
  /**
   * AMX: from the speed of whole networks on an Emerald Rapids, where integers gain 1.4 times less.
   * AVX2: from profiles of layers on a Zen 3.
   */
  static Pace of(Processor processor) {
    return switch (processor) {
      case X86_VNNI, ANY -> new Pace(1, 1);
      case X86_AMX -> new Pace(0.72, 1);
      case X86_AVX2 -> new Pace(1.4, 2.2);
    };
  }
}
