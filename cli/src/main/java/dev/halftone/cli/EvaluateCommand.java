package dev.halftone.cli;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.evaluate.Evaluator;
import dev.halftone.toolkit.Halftone;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Judges a model by data. */
@Command(
    name = "evaluate",
    header = "Measure a model, alone or beside its original.",
    description =
        "Runs every sample in ONNX Runtime. With --reference: agreement, SQNR, McNemar's test, size"
            + " and latency of both side by side, in one process. With --labels: the task's metric"
            + " with its 95 %% interval.",
    customSynopsis = "halftone evaluate MODEL --data PATH [--reference FP32] [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone evaluate model.onnx --data test/ --labels labels.csv",
      "  halftone evaluate model.int8.onnx --reference model.onnx --data test/ --labels labels.csv"
          + " --max-drop 0.5"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "The ONNX model.")
  private Path model;

  @Option(
      names = "--reference",
      paramLabel = "FP32",
      description = "The model that it was made from.")
  private @Nullable Path reference;

  @Mixin private DataOptions data;
  @Mixin private JudgeOptions judge;
  @Mixin private GateOptions gate;
  @Mixin private ReportOption page;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Clock clock = Clock.start();
    Console console = common.console(page.file());
    List<Gate> gates = gate.gates(judge.measuresLatency());
    if (data.data == null)
      throw new ParameterException(
          spec.commandLine(), "--data is missing: what shall the model be judged by?");
    if (reference == null) gate.refuse(gates, " needs --reference to compare with");
    console.checkWritable();
    try (Bars bars = console.bars()) {
      OpenModel judged = Halftone.open(model);
      OpenModel original = reference == null ? null : Halftone.open(reference);
      DataSet samples = data.open(judged, data.data, data.labels, data.rows, common.seed());
      Evaluation evaluation =
          Evaluator.evaluate(
              model, reference, samples, judge.options(common.threads(), bars.progress()));
      bars.close();
      Judgement judgement = Judgement.of(model, gates, evaluation);
      RunRecord.Builder builder = record(judged, original, samples, evaluation);
      judgement.addTo(builder);
      clock.stop(builder);
      RunRecord record = builder.build();
      print(console, record, samples, judgement);
      gate.write("evaluate", judgement, record);
      return judgement.exitCode();
    }
  }

  private RunRecord.Builder record(
      OpenModel judged, @Nullable OpenModel original, DataSet samples, Evaluation evaluation) {
    RunRecord.Builder record =
        RunRecord.of("evaluate")
            .model(judged.file())
            .metrics(evaluation.metrics())
            .provenance(Provenance.here(common.seed(), common.threads(), null, samples));
    if (original != null) record.reference(original.file());
    SampleFields.add(evaluation.answers(), samples, record);
    samples.warnings().forEach(record::warning);
    evaluation.warnings().forEach(record::warning);
    String slower = SpeedText.slower(evaluation.metrics());
    if (!slower.isEmpty()) record.warning(slower);
    return record;
  }

  private void print(Console console, RunRecord record, DataSet samples, Judgement judgement) {
    String beside = reference == null ? "" : " beside " + reference;
    console.say("%s%s, %s".formatted(model, beside, Text.count(samples.size(), "sample")));
    console.sayAll(MetricText.lines(record.metrics(), judge.latencyThreads()));
    judgement.otherWarnings(record).forEach(warning -> console.say("warning: " + warning));
    console.write(record);
    judgement.tell(console, record.metrics());
  }
}
