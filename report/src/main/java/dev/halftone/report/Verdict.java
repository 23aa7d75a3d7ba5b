package dev.halftone.report;

import dev.halftone.report.Run.Gate;
import dev.halftone.report.Run.LayerError;
import dev.halftone.report.Run.ModelFile;
import dev.halftone.report.Run.Tried;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a run came to, in plain sentences. */
final class Verdict {
  /** A metric of a task: its name in JSON, what people call it, and what its unit is in points. */
  record Judge(String metric, String title, double points) {}

  private static final List<Judge> JUDGES =
      List.of(
          new Judge("top1", "accuracy", 1),
          new Judge("map", "mean average precision", 100),
          new Judge("auc", "area under the ROC curve", 100));

  /** Commands whose result is only kept when it passes. */
  private static final Set<String> WRITES = Set.of("quantize", "prune", "train");

  private final Run run;
  private final List<String> sentences = new ArrayList<>();

  private Verdict(Run run) {
    this.run = run;
  }

  static String of(Run run) {
    Verdict verdict = new Verdict(run);
    verdict.gates();
    verdict.size();
    verdict.task();
    verdict.agreement();
    verdict.speed();
    if (run.command().equals("compare")) verdict.blame();
    verdict.sparsity();
    verdict.sweep();
    verdict.training();
    if (verdict.sentences.isEmpty())
      verdict.sentences.add(
          "This run of %s measured nothing to judge by.".formatted(run.command()));
    return String.join(" ", verdict.sentences);
  }

  private void gates() {
    List<Gate> gates = run.gates();
    if (gates.isEmpty()) return;
    List<String> missed = gates.stream().filter(gate -> !gate.passed()).map(Gate::reason).toList();
    if (missed.isEmpty()) {
      sentences.add(
          "It passed %s."
              .formatted(
                  gates.size() == 1 ? "its gate" : "all of its %d gates".formatted(gates.size())));
      return;
    }
    sentences.add(
        "It missed %d of %s: %s."
            .formatted(
                missed.size(), Numbers.count(gates.size(), "gate"), String.join("; ", missed)));
    if (isDropped()) sentences.add("The result was not kept.");
  }

  private boolean isDropped() {
    return WRITES.contains(run.command())
        && run.output() == null
        && run.gates().stream().anyMatch(gate -> !gate.passed());
  }

  /** By what the run was judged, or null. */
  static @Nullable Judge judge(Run run) {
    for (Judge judge : JUDGES) if (run.metric(judge.metric + ".quantized") != null) return judge;
    return null;
  }

  private void size() {
    Double before = run.metric("bytes.reference");
    Double after = run.metric("bytes.quantized");
    if (before == null || after == null || before == 0) return;
    ModelFile made = run.output() == null ? run.model() : run.output();
    sentences.add(
        "%s takes %s in place of %s: %s of the size."
            .formatted(
                isDropped() ? "The result" : made == null ? "The model" : made.name(),
                Numbers.bytes(after),
                Numbers.bytes(before),
                Numbers.percent(after / before)));
  }

  private void task() {
    Judge judge = judge(run);
    if (judge == null) return;
    Double before = run.metric(judge.metric + ".reference");
    Double after = run.metric(judge.metric + ".quantized");
    if (before == null || after == null) return;
    double change = judge.points * (after - before);
    String size = String.format(Locale.ROOT, "%.2f", Math.abs(change));
    String moved =
        size.equals("0.00")
            ? "stays at %s".formatted(shown(judge, after))
            : "%s by %s points, from %s to %s"
                .formatted(
                    change < 0 ? "falls" : "rises",
                    size,
                    shown(judge, before),
                    shown(judge, after));
    sentences.add("Its %s %s%s.".formatted(judge.title, moved, interval(judge)));
  }

  private static String shown(Judge judge, double value) {
    return judge.points == 1
        ? String.format(Locale.ROOT, "%.2f %%", value)
        : String.format(Locale.ROOT, "%.4f", value);
  }

  /** Of the drop, turned into one of the change. */
  private String interval(Judge judge) {
    Double low = run.metric(judge.metric + ".drop.low");
    Double high = run.metric(judge.metric + ".drop.high");
    if (low == null || high == null) return "";
    return " (95 %% interval of the change: %s to %s points)"
        .formatted(signed(-judge.points * high), signed(-judge.points * low));
  }

  private static String signed(double points) {
    return String.format(Locale.ROOT, "%+.2f", points).replace('-', '−');
  }

  private void agreement() {
    Double agreement = run.metric("agreement");
    if (agreement != null)
      sentences.add(
          "%s of its answers are those of the original.".formatted(Numbers.percent(agreement)));
  }

  private void speed() {
    Double before = run.metric("latency_ms.reference");
    Double after = run.metric("latency_ms.quantized");
    Double speedup = run.metric("speedup");
    if (before == null || after == null || speedup == null) return;
    Double low = run.metric("speedup.low");
    Double high = run.metric("speedup.high");
    String between =
        low == null || high == null
            ? ""
            : " (95 %% interval %s to %s)".formatted(Numbers.decimal(low), Numbers.decimal(high));
    sentences.add(
        "It runs %s times as fast%s: %s ms in place of %s ms."
            .formatted(
                Numbers.decimal(speedup),
                between,
                Numbers.decimal(after),
                Numbers.decimal(before)));
  }

  private void blame() {
    LayerError worst =
        run.errors().stream()
            .filter(error -> error.ownPercent() > 0)
            .max(Comparator.comparingDouble(LayerError::ownPercent))
            .orElse(null);
    if (worst == null) {
      sentences.add("No layer makes noise of its own.");
      return;
    }
    run.errors().stream()
        .filter(error -> error.value().equals(run.firstWrong()))
        .findFirst()
        .ifPresentOrElse(
            first -> sentences.add("The model goes wrong first at %s.".formatted(first.label())),
            () -> sentences.add("No layer goes wrong by itself."));
    sentences.add(
        "Most noise is made by %s (%s): %s of the energy of its output, given the original's inputs."
            .formatted(worst.label(), worst.operators(), Numbers.percent(worst.ownNoise())));
    LayerError last = run.errors().getLast();
    sentences.add(
        "The last value, %s, has a signal-to-noise ratio of %s dB."
            .formatted(last.label(), Numbers.decimal(last.sqnrDb())));
  }

  private void sparsity() {
    Double sparsity = run.metric("sparsity");
    if (sparsity == null) return;
    Double before = run.metric("zipped_bytes.reference");
    Double after = run.metric("zipped_bytes.quantized");
    sentences.add(
        "%s of its weights are zero%s."
            .formatted(
                Numbers.percent(sparsity),
                before == null || after == null || before == 0
                    ? ""
                    : ", and zipped it takes %s of what the original does"
                        .formatted(Numbers.percent(after / before))));
  }

  private void training() {
    Double before = run.metric("held_out.loss.before");
    Double best = run.metric("held_out.loss.best");
    if (before == null || best == null) return;
    sentences.add(
        "Training brought the loss on samples held out from %s to %s."
            .formatted(Numbers.decimal(before), Numbers.decimal(best)));
  }

  private void sweep() {
    if (run.sweep().isEmpty()) return;
    List<Tried> done = run.sweep().stream().filter(tried -> tried.reason().isEmpty()).toList();
    sentences.add(
        "%s of %s could be done."
            .formatted(done.size(), Numbers.count(run.sweep().size(), "format")));
    done.stream()
        .filter(tried -> tried.metrics().getOrDefault("agreement", 0.0) >= 0.99)
        .filter(tried -> tried.metrics().containsKey("size.ratio"))
        .min(Comparator.comparingDouble(tried -> tried.metrics().getOrDefault("size.ratio", 1.0)))
        .ifPresent(
            tried ->
                sentences.add(
                    "The smallest that keeps 99 %% of the answers is %s, at %s of the size."
                        .formatted(
                            tried.format(),
                            Numbers.percent(tried.metrics().getOrDefault("size.ratio", 1.0)))));
  }
}
