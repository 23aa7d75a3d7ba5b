package dev.halftone.cli;

import static dev.halftone.onnx.OnnxWriter.ExternalData.ALWAYS;
import static dev.halftone.onnx.OnnxWriter.ExternalData.WHEN_NEEDED;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.prune.PruneRequest;
import dev.halftone.toolkit.Halftone;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.PrunedModel;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.SavedModel;
import dev.halftone.toolkit.StagedOutput;
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

/** Zeros in weights, or fewer channels, with the evidence of what it costs. */
@Command(
    name = "prune",
    header = "Make weights zero or take channels away, and measure what it costs.",
    description =
        "Weights of Conv, ConvTranspose, Gemm and MatMul. No layer is left out but where the shape"
            + " forces it or, with --channels, the first convolution; --exclude leaves out more."
            + " Zeros are exact zeros in the file: it compresses, and 'halftone quantize' keeps"
            + " them. Nothing is trained. The result is read back and judged beside the original on"
            + " --data.",
    customSynopsis =
        "halftone prune MODEL -o OUT (--sparsity S | --pattern N:M | --channels S) [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone prune model.onnx --sparsity 0.5 --data test/ --labels labels.csv -o sparse.onnx",
      "  halftone prune model.onnx --pattern 2:4 --method wanda --data samples/ -o sparse.onnx",
      "  halftone prune model.onnx --channels 0.3 -o narrow.onnx"
    })
final class PruneCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "The ONNX model, in floating point.")
  private Path model;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      description = "The file to write; needed unless --dry-run.")
  private @Nullable Path output;

  @Option(
      names = "--dry-run",
      description =
          "Decide, and print what would become of each layer; write and evaluate nothing.")
  private boolean dryRun;

  @Option(
      names = "--external-data",
      description = "Weights into a file of their own, OUT.data; without it, only beyond 2 GB.")
  private boolean externalData;

  @Mixin private PruneOptions options;
  @Mixin private DataOptions data;
  @Mixin private EvaluationDataOptions evaluationData;
  @Mixin private JudgeOptions judge;
  @Mixin private GateOptions gate;
  @Mixin private ReportOption page;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Clock clock = Clock.start();
    Console console = common.console(page.file());
    PruneRequest request = Usage.checked(spec, options::request);
    List<Gate> gates = gate.gates(judge.measuresLatency());
    check(request, gates);
    console.checkWritable();
    try (StagedOutput staged = stage();
        Bars bars = console.bars()) {
      OpenModel source = Halftone.open(model);
      DataSet samples = data.open(source, common.seed());
      DataSet judged =
          staged == null ? null : evaluationData.open(source, data, samples, common.seed());
      PrunedModel pruned = source.prune(request, samples, common.threads(), bars.progress());
      SavedModel saved =
          staged == null ? null : pruned.save(staged.file(), externalData ? ALWAYS : WHEN_NEEDED);
      Evaluation evaluation =
          saved == null || judged == null
              ? null
              : saved.evaluate(judged, judge.options(common.threads(), bars.progress()));
      if (saved != null && evaluation == null) saved.requireLoads();
      bars.close();
      Judgement judgement =
          Judgement.of(output == null ? model : output, gates, evaluation).ofResult();
      PruneReport report = new PruneReport(pruned, saved, output, judged, evaluation, judgement);
      RunRecord.Builder builder = report.record(common.seed(), common.threads());
      if (staged != null && judgement.passed()) staged.commit();
      clock.stop(builder);
      RunRecord record = builder.build();
      console.sayAll(report.lines(record, judge.latencyThreads()));
      console.write(record);
      judgement.tell(console, record.metrics());
      gate.write("prune", judgement, record);
      return judgement.exitCode();
    }
  }

  /** The place for the output; null for a dry run. */
  private @Nullable StagedOutput stage() {
    return dryRun || output == null ? null : StagedOutput.beside(output);
  }

  private void check(PruneRequest request, List<Gate> gates) {
    if (output == null && !dryRun)
      throw new ParameterException(
          spec.commandLine(), "-o OUT is missing: where shall the result go?");
    if (OpenModel.calibrates(request) && data.data == null)
      throw new ParameterException(
          spec.commandLine(),
          "--method wanda or sparsegpt needs --data to see the inputs of weights on");
    if (!evaluationData.judges(data, dryRun))
      gate.refuse(gates, " needs --data or --eval-data to judge by");
  }
}
