package dev.halftone.cli;

import dev.halftone.evaluate.Evaluation;
import dev.halftone.toolkit.RunRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all gates of a run came to.
 *
 * @param subject what was judged
 * @param consequence said behind a gate that was missed, or empty
 */
record Judgement(String subject, List<Verdict> verdicts, String consequence) {
  /** Of a run that is asked nothing. */
  static final Judgement NONE = new Judgement("", List.of(), "");

  Judgement {
    verdicts = List.copyOf(verdicts);
  }

  /**
   * @param evaluation what was measured, or null for nothing
   */
  static Judgement of(Path model, List<Gate> gates, @Nullable Evaluation evaluation) {
    return of(model, gates, evaluation == null ? Map.of() : evaluation.metrics());
  }

  static Judgement of(Path model, List<Gate> gates, Map<String, Double> metrics) {
    Path name = model.getFileName();
    return new Judgement(
        String.valueOf(name == null ? model : name),
        gates.stream().map(gate -> gate.judge(metrics)).toList(),
        "");
  }

  /** The same where a result is only kept that passes. */
  Judgement ofResult() {
    return new Judgement(subject, verdicts, "; the result was not kept");
  }

  boolean passed() {
    return verdicts.stream().allMatch(Verdict::passed);
  }

  int exitCode() {
    return passed() ? ExitCode.DONE : ExitCode.GATE_MISSED;
  }

  /** A line for each gate that was missed. */
  List<String> missed() {
    return verdicts.stream()
        .filter(verdict -> !verdict.passed())
        .map(verdict -> verdict.text() + consequence)
        .toList();
  }

  /** Adds the gates, and the missed ones to the warnings, where whoever reads a page sees them. */
  void addTo(RunRecord.Builder record) {
    if (verdicts.isEmpty()) return;
    record.section("gates", verdicts.stream().map(Verdict::fields).toList());
    missed().forEach(record::warning);
  }

  /** The warnings that are told apart from the gates. */
  List<String> otherWarnings(RunRecord record) {
    List<String> others = new ArrayList<>(record.warnings());
    others.removeAll(missed());
    return others;
  }

  /** Tells people: what passed, what was missed (as an error, also to the quiet), and the sum. */
  void tell(Console console, Map<String, Double> metrics) {
    if (verdicts.isEmpty()) return;
    verdicts.stream().filter(Verdict::passed).map(Verdict::text).forEach(console::say);
    console.say(summary(metrics));
    missed().forEach(console::fail);
  }

  /** One line for the log of a build. */
  String summary(Map<String, Double> metrics) {
    List<Verdict> missed = verdicts.stream().filter(verdict -> !verdict.passed()).toList();
    String gates =
        missed.isEmpty()
            ? "passed " + Text.count(verdicts.size(), "gate")
            : "missed %s of %s"
                .formatted(
                    String.join(", ", missed.stream().map(Verdict::asked).toList()),
                    Text.count(verdicts.size(), "gate"));
    List<String> measured = measured(metrics);
    String end = measured.isEmpty() ? "" : "; " + String.join(", ", measured);
    return "%s %s%s".formatted(subject, gates, end);
  }

  private static List<String> measured(Map<String, Double> metrics) {
    List<String> measured = new ArrayList<>();
    add(measured, metrics, "size.ratio", "size %.2f %%", 100);
    for (String metric : List.of("top1", "map", "auc")) {
      Double reference = metrics.get(metric + ".reference");
      Double quantized = metrics.get(metric + ".quantized");
      if (reference != null && quantized != null)
        measured.add(
            "%s %s → %s".formatted(metric, Verdict.number(reference), Verdict.number(quantized)));
    }
    add(measured, metrics, "agreement", "agreement %.2f %%", 100);
    add(measured, metrics, "sqnr_db", "SQNR %.1f dB", 1);
    add(measured, metrics, "speedup", "%.2f times as fast", 1);
    return measured;
  }

  private static void add(
      List<String> measured, Map<String, Double> metrics, String name, String format, double unit) {
    Double value = metrics.get(name);
    if (value != null) measured.add(String.format(Locale.ROOT, format, unit * value));
  }
}
