package dev.halftone.cli;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.toolkit.Cpu;
import dev.halftone.toolkit.ModelFile;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RecipeText;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.Target;
import dev.halftone.toolkit.TrainedModel;
import dev.halftone.train.DivergedException;
import dev.halftone.train.Epoch;
import dev.halftone.train.FileDifference;
import dev.halftone.train.Trainer;
import dev.halftone.train.Training;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a training did, for people and for scripts.
 *
 * @param written where it lies: under its last name only if all gates were passed
 * @param judged the samples of the evaluation
 */
record TrainReport(
    TrainedModel trained,
    FileDifference difference,
    ModelFile written,
    @Nullable DataSet judged,
    @Nullable Evaluation evaluation,
    Judgement judgement) {
  private static final String ROUNDINGS = "file_difference.roundings";
  private static final String OUTPUTS = "file_difference.outputs";

  /** Tells how far training has come. */
  record Lines(Console console, Bars bars) implements Trainer.Listener {
    @Override
    public void step(long done, long all) {
      bars.progress().step("training", done, all);
    }

    @Override
    public void epoch(Epoch epoch) {
      bars.close();
      console.say(line(epoch));
    }
  }

  private static String line(Epoch epoch) {
    StringBuilder line = new StringBuilder("epoch " + epoch.number() + ":");
    if (!Double.isNaN(epoch.trainLoss()))
      line.append(" loss ").append(Text.decimal(epoch.trainLoss())).append(',');
    if (!Double.isNaN(epoch.heldOutLoss()))
      line.append(" held out ").append(Text.decimal(epoch.heldOutLoss())).append(',');
    if (!Double.isNaN(epoch.agreement()))
      line.append(" agreement ").append(Text.percent(epoch.agreement())).append(',');
    if (!Double.isNaN(epoch.accuracy()))
      line.append(" right ").append(Text.percent(epoch.accuracy())).append(',');
    line.setLength(line.length() - 1);
    return line.toString();
  }

  /** Why training ended early and what is left of it; null where it did not. */
  @Nullable String failure() {
    DivergedException why = trained.failure();
    if (why == null) return null;
    if (!judgement.passed()) return why.getMessage();
    Training training = trained.training();
    String zeros =
        trained.options().prunesAfter(training.best())
            ? ", in which %s of the weights are zero, fewer than asked for"
                .formatted(Text.percent(training.sparsity()))
            : "";
    return "%s; %s holds epoch %d%s"
        .formatted(why.getMessage(), written.path(), training.best(), zeros);
  }

  RunRecord.Builder record(DataSet samples, CommonOptions common) {
    OpenModel source = trained.source();
    RunRecord.Builder record =
        RunRecord.of("train")
            .model(source.file())
            .recipe(trained.recipe())
            .plan(trained.plan())
            .section("training", fields(trained))
            .metric("bytes.reference", (double) source.file().bytes())
            .metric("bytes.quantized", (double) written.bytes())
            .metric("size.ratio", (double) written.bytes() / source.file().bytes())
            .provenance(
                Provenance.here(
                    common.seed(), common.threads(), samples, evaluation == null ? null : judged));
    if (judgement.passed()) record.output(written);
    trained.recipe().notes().forEach(record::warning);
    String failure = failure();
    if (failure != null) record.warning(failure);
    SampleWarnings.ofData(samples, judged).forEach(record::warning);
    addEvaluation(record, samples);
    Training training = trained.training();
    if (training.sparsity() > 0) record.metric("sparsity", training.sparsity());
    record.metric("zipped_bytes.reference", (double) source.file().zippedBytes());
    record.metric("zipped_bytes.quantized", (double) written.zippedBytes());
    metrics(training.curve().getFirst(), "before").forEach(record::metric);
    metrics(training.curve().get(training.best()), "best").forEach(record::metric);
    if (training.best() == 0 && training.curve().size() > 1)
      record.warning("no epoch was better than none: the result is what calibration gave");
    if (training.kept() > 0 && trained.teacher() == null && trained.options().labelShare() == 0)
      record.warning(
          "the pruned model has imitated itself: --teacher names what it was before, which it can"
              + " come near to again");
    if (training.unlike() > 0)
      record.warning(
          "%s another shape in the teacher, and no share in the loss"
              .formatted(
                  training.unlike() == 1
                      ? "1 inner value has"
                      : training.unlike() + " inner values have"));
    record.metric(ROUNDINGS, difference.roundings());
    record.metric(OUTPUTS, difference.outputs());
    if (!difference.isExplained())
      record.warning(
          "at value %s the file is %s steps from what was trained: it is worth what 'halftone evaluate' says, not what training saw"
              .formatted(difference.at(), Text.decimal(difference.roundings())));
    judgement.addTo(record);
    return record;
  }

  private void addEvaluation(RunRecord.Builder record, DataSet samples) {
    if (evaluation == null || judged == null) return;
    record.metrics(evaluation.metrics());
    evaluation.warnings().forEach(record::warning);
    if (Target.of(Cpu.detect()).saturates(trained.recipe().recipe()))
      record.warning(SampleWarnings.FOREIGN);
    SampleFields.add(evaluation.answers(), judged, record);
    SampleWarnings.ofSharing(samples, judged, "trained").forEach(record::warning);
    SampleWarnings.ofMetrics(evaluation.metrics(), "more epochs or more bits may help")
        .forEach(record::warning);
  }

  private static Map<String, Double> metrics(Epoch epoch, String when) {
    Map<String, Double> metrics = new TreeMap<>();
    put(metrics, "held_out.loss." + when, epoch.heldOutLoss());
    put(metrics, "held_out.agreement." + when, epoch.agreement());
    put(metrics, "held_out.accuracy." + when, epoch.accuracy());
    return metrics;
  }

  private static void put(Map<String, Double> fields, String name, double value) {
    if (!Double.isNaN(value)) fields.put(name, value);
  }

  private static Map<String, Object> fields(TrainedModel trained) {
    Training training = trained.training();
    Map<String, Object> fields = new TreeMap<>();
    fields.put("best_epoch", training.best());
    fields.put("resumed_epochs", training.resumed());
    fields.put("curve", training.curve().stream().map(TrainReport::fields).toList());
    return fields;
  }

  private static Map<String, Object> fields(Epoch epoch) {
    Map<String, Double> numbers = new TreeMap<>();
    put(numbers, "train_loss", epoch.trainLoss());
    put(numbers, "held_out_loss", epoch.heldOutLoss());
    put(numbers, "agreement", epoch.agreement());
    put(numbers, "accuracy", epoch.accuracy());
    Map<String, Object> fields = new TreeMap<>(numbers);
    fields.put("epoch", epoch.number());
    return fields;
  }

  /** The record in words. */
  List<String> lines(RunRecord record, int latencyThreads) {
    List<String> lines = new ArrayList<>();
    Object kept = judgement.passed() ? written.path() : "nothing written";
    lines.add("%s → %s".formatted(trained.source().path(), kept));
    lines.add(MetricText.line("recipe", RecipeText.summary(trained.recipe().recipe())));
    lines.addAll(PlanText.lines(trained.plan(), trained.recipe().recipe().mode()));
    Training training = trained.training();
    lines.add(
        MetricText.line(
            "training",
            "best epoch %d of %d%s"
                .formatted(
                    training.best(),
                    training.curve().size() - 1,
                    training.resumed() == 0
                        ? ""
                        : ", %d of them in an earlier run".formatted(training.resumed()))));
    lines.add(
        MetricText.line(
            "file",
            "at most %s steps from what was trained at a rounding, %s at an output, on %s"
                .formatted(
                    Text.decimal(difference.roundings()),
                    Text.decimal(difference.outputs()),
                    Text.count(difference.samples(), "sample"))));
    Map<String, Double> others = new TreeMap<>(record.metrics());
    others.keySet().removeAll(Set.of(ROUNDINGS, OUTPUTS));
    lines.addAll(MetricText.lines(others, latencyThreads));
    // Why it ended early is told last, also to the quiet.
    for (String warning : judgement.otherWarnings(record))
      if (!warning.equals(failure())) lines.add("warning: " + warning);
    return lines;
  }
}
