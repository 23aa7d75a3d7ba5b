package dev.halftone.cli;

import java.util.Locale;
import java.util.Map;

/** What there is to say about how fast a model is beside its original. */
final class SpeedText {
  /** Below this it is not the noise of the measurement. */
  private static final double SLOWER = 0.95;

  private SpeedText() {}

  /** A warning where the model is slower, else an empty text. */
  static String slower(Map<String, Double> metrics) {
    double speedup = metrics.getOrDefault("speedup", 1.0);
    return speedup < SLOWER
        ? String.format(
            Locale.ROOT, "slower than the original on this machine: %.2f times as fast", speedup)
        : "";
  }
}
