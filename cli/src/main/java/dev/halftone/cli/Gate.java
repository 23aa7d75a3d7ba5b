package dev.halftone.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much worse a model may be than its reference.
 *
 * @param maxDrop in points: hundredths of the metric
 */
record Gate(double maxDrop) {
  /** Metrics by which models are judged, larger is better, between 0 and 1; the first that was measured counts. */
  private static final List<String> JUDGES = List.of("top1", "map", "auc");

  /** Rounding of the subtraction must not decide: a drop of exactly the limit passes. */
  private static final double ROUNDING = 1e-9;

  /** What the gate came to, in words. */
  record Verdict(boolean passed, String text) {}

  Verdict judge(Map<String, Double> metrics) {
    for (String judge : JUDGES) {
      Double reference = metrics.get(judge + ".reference");
      Double quantized = metrics.get(judge + ".quantized");
      if (reference != null && quantized != null) return verdict(judge, 100 * (reference - quantized));
    }
    Double agreement = metrics.get("agreement");
    if (agreement != null) return verdict("agreement", 100 * (1 - agreement));
    return new Verdict(false, "gate missed: nothing was measured that it could judge");
  }

  private Verdict verdict(String metric, double drop) {
    // Written so that NaN misses.
    boolean passed = drop <= maxDrop + ROUNDING;
    return new Verdict(
        passed,
        String.format(Locale.ROOT, "gate %s: %s dropped by %.2f points, allowed are %s", passed ? "passed" : "missed", metric, drop, maxDrop));
  }
}
