package dev.halftone.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is asked of a model that was measured. */
sealed interface Gate {
  /** Rounding of a subtraction or a division must not decide: exactly the limit passes. */
  double ROUNDING = 1e-9;

  /** The option that asks for it. */
  String option();

  double limit();

  /**
   * Whether the metrics keep to it. A metric that is not there, or not a number, misses.
   *
   * @param metrics by the names that {@code --json} has
   */
  Verdict judge(Map<String, Double> metrics);

  private static @Nullable Double difference(Map<String, Double> metrics, String metric) {
    Double reference = metrics.get(metric + ".reference");
    Double quantized = metrics.get(metric + ".quantized");
    return reference == null || quantized == null ? null : reference - quantized;
  }

  /**
   * The metric of the task may drop by so much; without labels, so many of a hundred answers may
   * change.
   *
   * @param limit in points: hundredths of what is best possible
   */
  record MaxDrop(double limit) implements Gate {
    /** A metric by which models are judged, larger is better, and how many points its unit is. */
    private record Judge(String metric, double points) {}

    /** The first that was measured counts. */
    private static final List<Judge> JUDGES =
        List.of(new Judge("top1", 1), new Judge("map", 100), new Judge("auc", 100));

    @Override
    public String option() {
      return "--max-drop";
    }

    @Override
    public Verdict judge(Map<String, Double> metrics) {
      for (Judge judge : JUDGES) {
        Double difference = difference(metrics, judge.metric);
        if (difference != null) return verdict(judge.metric, judge.points * difference);
      }
      Double agreement = metrics.get("agreement");
      return agreement == null
          ? Verdict.missing(this, "no metric that could drop")
          : verdict("agreement", 100 * (1 - agreement));
    }

    private Verdict verdict(String metric, double drop) {
      return new Verdict(
          this,
          drop <= limit + ROUNDING,
          drop,
          "%s dropped by %s points, allowed are %s"
              .formatted(metric, Verdict.number(drop), Verdict.number(limit)));
    }
  }

  /**
   * Samples with the same top answer.
   *
   * @param limit share of all, 0 to 1
   */
  record MinAgreement(double limit) implements Gate {
    @Override
    public String option() {
      return "--min-agreement";
    }

    @Override
    public Verdict judge(Map<String, Double> metrics) {
      Double agreement = metrics.get("agreement");
      if (agreement == null) return Verdict.missing(this, "no agreement");
      return new Verdict(
          this,
          agreement >= limit - ROUNDING,
          agreement,
          "agreement is %s, at least %s is asked for"
              .formatted(Verdict.number(agreement), Verdict.number(limit)));
    }
  }

  /**
   * Signal of the outputs over their error.
   *
   * @param limit in dB
   */
  record MinSqnr(double limit) implements Gate {
    @Override
    public String option() {
      return "--min-sqnr";
    }

    @Override
    public Verdict judge(Map<String, Double> metrics) {
      Double sqnr = metrics.get("sqnr_db");
      if (sqnr == null) return Verdict.missing(this, "no SQNR");
      return new Verdict(
          this,
          sqnr >= limit - ROUNDING,
          sqnr,
          "SQNR is %s dB, at least %s dB are asked for"
              .formatted(Verdict.number(sqnr), Verdict.number(limit)));
    }
  }

  /**
   * Time of a run over that of the reference, the median of pairs of runs: {@code 1 / speedup}.
   *
   * @param limit 1 where both take the same
   */
  record MaxLatencyRatio(double limit) implements Gate {
    @Override
    public String option() {
      return "--max-latency-ratio";
    }

    @Override
    public Verdict judge(Map<String, Double> metrics) {
      Double speedup = metrics.get("speedup");
      if (speedup == null) return Verdict.missing(this, "no latency");
      double ratio = 1 / speedup;
      return new Verdict(
          this,
          ratio <= limit + ROUNDING,
          ratio,
          "a run takes %s times as long as the reference's, at most %s is allowed"
              .formatted(Verdict.number(ratio), Verdict.number(limit)));
    }
  }
}
