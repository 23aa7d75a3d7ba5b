package dev.halftone.cli;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.prune.PrunePlan;
import dev.halftone.toolkit.ModelFile;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.PruneText;
import dev.halftone.toolkit.PrunedModel;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.SavedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What pruning did and found, for people and for scripts.
 *
 * @param saved the file as it was written, null in a dry run
 * @param output its final name
 * @param judged the samples of the evaluation
 */
record PruneReport(
    PrunedModel pruned,
    @Nullable SavedModel saved,
    @Nullable Path output,
    @Nullable DataSet judged,
    @Nullable Evaluation evaluation,
    Judgement judgement) {

  private boolean isKept() {
    return saved != null && judgement.passed();
  }

  RunRecord.Builder record(long seed, int threads) {
    OpenModel source = pruned.source();
    RunRecord.Builder record =
        RunRecord.of("prune")
            .model(source.file())
            .pruned(pruned.request(), pruned.plan())
            .metric(shareName(), pruned.plan().share())
            .provenance(
                Provenance.here(
                    seed, threads, pruned.calibration(), evaluation == null ? null : judged));
    if (saved != null) sizes(record, source.file(), saved.file());
    if (evaluation != null) {
      record.metrics(evaluation.metrics());
      evaluation.warnings().forEach(record::warning);
    }
    warnings().forEach(record::warning);
    judgement.addTo(record);
    return record;
  }

  private String shareName() {
    return switch (pruned.plan().unit()) {
      case WEIGHTS -> "sparsity";
      case CHANNELS -> "channels.removed";
    };
  }

  private void sizes(RunRecord.Builder record, ModelFile before, ModelFile after) {
    record.metric("bytes.reference", (double) before.bytes());
    record.metric("bytes.quantized", (double) after.bytes());
    record.metric("size.ratio", (double) after.bytes() / before.bytes());
    record.metric("zipped_bytes.reference", (double) before.zippedBytes());
    record.metric("zipped_bytes.quantized", (double) after.zippedBytes());
    if (isKept() && output != null) record.output(after.at(output));
  }

  /** The record in words, with a line for each layer. */
  List<String> lines(RunRecord record, int latencyThreads) {
    List<String> lines = new ArrayList<>();
    lines.add("%s → %s".formatted(pruned.source().path(), isKept() ? output : "nothing written"));
    lines.add(MetricText.line("asked", PruneText.summary(pruned.request())));
    PrunePlan plan = pruned.plan();
    long layers = plan.layers().stream().filter(PrunePlan.Layer::pruned).count();
    lines.add(
        MetricText.line(
            "pruned",
            "%d of %s: %s of %s"
                .formatted(
                    layers,
                    Text.count(plan.layers().size(), "layer"),
                    Text.percent(plan.share()),
                    unit(plan))));
    plan.layers().forEach(layer -> lines.add(line(layer)));
    lines.addAll(MetricText.lines(record.metrics(), latencyThreads));
    judgement.otherWarnings(record).forEach(warning -> lines.add("warning: " + warning));
    return lines;
  }

  private static String unit(PrunePlan plan) {
    return switch (plan.unit()) {
      case WEIGHTS -> Text.count(plan.total(), "weight") + " are zero";
      case CHANNELS -> Text.count(plan.total(), "channel") + " are gone";
    };
  }

  private static String line(PrunePlan.Layer layer) {
    return "    %8s  %-14s %s%s"
        .formatted(
            Text.percent(layer.share()),
            layer.opType(),
            layer.name(),
            layer.reason().isEmpty() ? "" : ": " + layer.reason());
  }

  private List<String> warnings() {
    List<String> warnings = new ArrayList<>(pruned.warnings());
    DataSet calibration = pruned.calibration();
    warnings.addAll(SampleWarnings.ofData(calibration, judged));
    if (evaluation != null) {
      warnings.addAll(SampleWarnings.ofSharing(calibration, judged));
      warnings.addAll(
          SampleWarnings.ofMetrics(
              evaluation.metrics(), "it needs training, or less may be pruned (--exclude)"));
    }
    return warnings;
  }
}
