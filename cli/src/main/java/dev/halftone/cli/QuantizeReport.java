package dev.halftone.cli;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.recipe.Mode;
import dev.halftone.toolkit.ModelFile;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.QuantizedModel;
import dev.halftone.toolkit.RecipeText;
import dev.halftone.toolkit.RunRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a quantization did and found, for people and for scripts.
 *
 * @param written the file as it was written, null in a dry run
 * @param execution what there is to say about how ONNX Runtime runs it
 * @param output its final name
 * @param judged the samples of the evaluation
 * @param foreign whether the result is for processors that sum products unlike this machine's
 */
record QuantizeReport(
    QuantizedModel quantized,
    @Nullable ModelFile written,
    List<String> execution,
    @Nullable Path output,
    @Nullable DataSet judged,
    @Nullable Evaluation evaluation,
    boolean foreign,
    Judgement judgement) {

  private boolean isKept() {
    return written != null && judgement.passed();
  }

  RunRecord.Builder record(long seed, int threads) {
    OpenModel source = quantized.source();
    RunRecord.Builder record =
        RunRecord.of("quantize")
            .model(source.file())
            .recipe(quantized.recipe())
            .plan(quantized.plan())
            .provenance(
                Provenance.here(
                    seed, threads, quantized.calibration(), evaluation == null ? null : judged));
    quantized.recipe().notes().forEach(record::warning);
    if (written != null) {
      record.metric("bytes.reference", (double) source.file().bytes());
      record.metric("bytes.quantized", (double) written.bytes());
      record.metric("size.ratio", (double) written.bytes() / source.file().bytes());
      if (isKept() && output != null) record.output(written.at(output));
    }
    if (evaluation != null) {
      record.metrics(evaluation.metrics());
      evaluation.warnings().forEach(record::warning);
      if (judged != null) SampleFields.add(evaluation.answers(), judged, record);
    }
    warnings().forEach(record::warning);
    judgement.addTo(record);
    return record;
  }

  /** The record in words, with what was decided in short. */
  List<String> lines(RunRecord record, int latencyThreads) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s → %s".formatted(quantized.source().path(), isKept() ? output : "nothing written"));
    lines.add(MetricText.line("recipe", RecipeText.summary(quantized.recipe().recipe())));
    lines.addAll(PlanText.lines(quantized.plan(), quantized.recipe().recipe().mode()));
    lines.addAll(MetricText.lines(record.metrics(), latencyThreads));
    judgement.otherWarnings(record).forEach(warning -> lines.add("warning: " + warning));
    return lines;
  }

  private List<String> warnings() {
    DataSet calibration = quantized.calibration();
    List<String> warnings = new ArrayList<>(SampleWarnings.ofData(calibration, judged));
    if (evaluation != null && foreign) warnings.add(SampleWarnings.FOREIGN);
    if (evaluation != null) warnings.addAll(SampleWarnings.ofSharing(calibration, judged));
    if (written != null && written.bytes() > quantized.source().file().bytes()) {
      warnings.add(
          quantized.storesComputedWeights()
              ? "the file grew: weights that nodes of the model computed (ConstantOfShape and the"
                  + " like) are now stored in it"
              : "the file grew: scales, names and nodes around them take more than was saved");
    }
    warnings.addAll(execution);
    slower(warnings);
    if (evaluation != null)
      warnings.addAll(
          SampleWarnings.ofMetrics(
              evaluation.metrics(),
              "'halftone compare' shows the node to blame, --exclude leaves it in float"));
    return warnings;
  }

  private void slower(List<String> warnings) {
    if (evaluation == null) return;
    String slower = SpeedText.slower(evaluation.metrics());
    if (slower.isEmpty()) return;
    Mode mode = quantized.recipe().recipe().mode();
    boolean integers = mode == Mode.STATIC || mode == Mode.DYNAMIC;
    String advice = "; --mode weights keeps its speed and shrinks it all the same";
    warnings.add(integers ? slower + advice : slower);
  }
}
