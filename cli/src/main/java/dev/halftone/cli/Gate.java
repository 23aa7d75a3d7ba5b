package dev.halftone.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much worse a model may be than its reference.
 *
 * @param maxDrop in points: hundredths of what is best possible
 */
record Gate(double maxDrop) {
  /** A metric by which models are judged, larger is better, and how many points its unit is. */
  private record Judge(String metric, double points) {}

  /** The first that was measured counts. */
  private static final List<Judge> JUDGES =
      List.of(new Judge("top1", 1), new Judge("map", 100), new Judge("auc", 100));

  /** Rounding of the subtraction must not decide: a drop of exactly the limit passes. */
  private static final double ROUNDING = 1e-9;

  /** What the gate came to, in words. */
  record Verdict(boolean passed, String text) {}

  Verdict judge(Map<String, Double> metrics) {
    for (Judge judge : JUDGES) {
      Double reference = metrics.get(judge.metric + ".reference");
      Double quantized = metrics.get(judge.metric + ".quantized");
      if (reference != null && quantized != null)
        return verdict(judge.metric, judge.points * (reference - quantized));
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
        String.format(
            Locale.ROOT,
            "gate %s: %s dropped by %.2f points, allowed are %s",
            passed ? "passed" : "missed",
            metric,
            drop,
            maxDrop));
  }
}
