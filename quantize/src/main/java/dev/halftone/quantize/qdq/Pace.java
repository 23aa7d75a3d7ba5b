package dev.halftone.quantize.qdq;

import dev.halftone.recipe.Processor;

/**
 * How much longer a kind of processor takes than that with AVX-512 VNNI and 256-bit units which
 * {@link Layer} was fitted to.
 *
 * @param floats times as long in float kernels
 * @param products times as long in integer kernels, those that pool too
 * @param gathered times as long in integer kernels that gather their input tap by tap
 * @param depthwise times as long in integer kernels of depthwise convolutions
 * @param entry times as long to get into integers
 */
record Pace(double floats, double products, double gathered, double depthwise, double entry) {
  /**
   * AMX: from convolutions by themselves on an Emerald Rapids. AVX2: from profiles of layers on a
   * Zen 3.
   */
  static Pace of(Processor processor) {
    return switch (processor) {
      case X86_VNNI, ANY -> new Pace(1, 1, 1, 1, 1);
      case X86_AMX -> new Pace(0.72, 0.75, 1.8, 1.35, 2.5);
      case X86_AVX2 -> new Pace(1.4, 2.2, 2.2, 2.2, 2.2);
    };
  }

  /** Nanoseconds of a layer in float. */
  double floatTime(Layer layer) {
    return floats * layer.floatTime();
  }

  /** Nanoseconds of a layer in integers. */
  double integerTime(Layer layer) {
    double factor =
        switch (layer.kernel()) {
          case PRODUCT -> products;
          case GATHERED -> gathered;
          case DEPTHWISE -> depthwise;
        };
    return factor * layer.integerTime();
  }
}
