package dev.halftone.cli;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.EvaluateOptions;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.toolkit.Halftone;
import dev.halftone.toolkit.MatrixResult;
import dev.halftone.toolkit.MatrixSweep;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.Sweep;
import dev.halftone.toolkit.SweepEntry;
import dev.halftone.toolkit.SweepResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Many formats side by side. */
@Command(
    name = "sweep",
    header = "Try one number format after the other, and print what each saves and costs.",
    description = {
      "Quantizes the model by each format into a temporary folder, loads and judges it beside the"
          + " original, and prints a line of a table; nothing is kept. A format that cannot be done"
          + " for the model has a line with the reason. Of a .safetensors file the matrices are"
          + " encoded and compared, and nothing is run.",
      "A format is a recipe's name or"
          + " [MODE:]WEIGHTS[/ACTIVATIONS][@GRANULARITY][+SEARCH][+scales:STORAGE][+FLAG...]: int8,"
          + " int4@block:32+mse, static:int8/int16, static:int8+reduce-range, dynamic:int8, fp16."
    },
    customSynopsis = "halftone sweep MODEL [--data PATH] [--formats LIST] [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone sweep model.onnx --data calibration.yaml --eval-data evaluation.yaml",
      "  halftone sweep model.onnx --data images/ --labels labels.csv --formats"
          + " int8,static:int8/uint8,int4@block:32",
      "  halftone sweep model.safetensors --formats int8,int4@block:32,int4@block:128"
    })
final class SweepCommand implements Callable<Integer> {
  private static final String CHECKPOINT = ".safetensors";

  @Parameters(paramLabel = "MODEL", description = "The ONNX model, or a .safetensors checkpoint.")
  private Path model;

  @Option(
      names = "--formats",
      paramLabel = "LIST",
      split = ",",
      description =
          "What to try, separated by commas; default: from 16 bits down to 2, and with --data"
              + " integer activations too.")
  private List<String> formats = List.of();

  @Mixin private DataOptions data;
  @Mixin private EvaluationDataOptions evaluationData;

  @Option(names = "--no-latency", description = "Do not measure latency.")
  private boolean noLatency;

  @Mixin private ReportOption page;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Clock clock = Clock.start();
    Console console = common.console(page.file());
    List<SweepEntry> entries =
        Usage.checked(spec, () -> formats.stream().map(SweepEntry::parse).toList());
    console.checkWritable();
    RunRecord.Builder record =
        model.toString().endsWith(CHECKPOINT)
            ? matrices(entries, console)
            : models(entries, console);
    clock.stop(record);
    console.write(record.build());
    return ExitCode.DONE;
  }

  private RunRecord.Builder models(List<SweepEntry> wanted, Console console) {
    try (Bars bars = console.bars()) {
      OpenModel source = Halftone.open(model);
      boolean calibrated = data.data != null;
      List<SweepEntry> entries = wanted.isEmpty() ? SweepEntry.usual(calibrated) : wanted;
      Usage.checked(
          spec,
          () -> entries.stream().map(each -> source.resolve(each.request(), calibrated)).toList());
      DataSet samples = data.open(source, common.seed());
      DataSet judged = evaluationData.open(source, data, samples, common.seed());
      SweepTable table = new SweepTable(entries);
      List<SweepResult> results = new ArrayList<>();
      try (Sweep sweep = Sweep.of(source, samples, judged, options(bars.progress()))) {
        bars.close();
        console.say(SweepTable.title(model, judged));
        for (SweepEntry entry : entries) {
          SweepResult result = sweep.run(entry);
          bars.close();
          if (results.isEmpty()) console.sayAll(table.head(sweep.original()));
          console.say(table.line(result));
          results.add(result);
        }
        return record(source, samples, judged, sweep, results);
      }
    }
  }

  private RunRecord.Builder record(
      OpenModel source,
      @Nullable DataSet samples,
      @Nullable DataSet judged,
      Sweep sweep,
      List<SweepResult> results) {
    RunRecord.Builder record =
        RunRecord.of("sweep")
            .model(source.file())
            .sweep(results)
            .provenance(Provenance.here(common.seed(), common.threads(), samples, judged));
    if (sweep.original() != null) {
      record.metrics(sweep.original().metrics());
      sweep.original().warnings().forEach(record::warning);
    }
    return record;
  }

  private EvaluateOptions options(Progress progress) {
    return new EvaluateOptions(common.threads(), RunOptions.deployed(), !noLatency, progress);
  }

  private RunRecord.Builder matrices(List<SweepEntry> wanted, Console console) {
    MatrixSweep sweep = MatrixSweep.open(model);
    List<SweepEntry> entries = wanted.isEmpty() ? SweepEntry.usualForMatrices() : wanted;
    List<MatrixResult> results = new ArrayList<>();
    try (Bars bars = console.bars()) {
      for (SweepEntry entry : entries) {
        results.add(Usage.checked(spec, () -> sweep.run(entry, common.threads())));
        bars.progress().step("encode", results.size(), entries.size());
      }
    }
    console.say(
        "%s, %s, SQNR in dB"
            .formatted(model, Text.count(sweep.names().size(), "matrix", "matrices")));
    console.sayAll(MatrixTable.lines(sweep.names(), results));
    return RunRecord.of("sweep")
        .model(sweep.file())
        .matrices(results)
        .provenance(Provenance.here(common.seed(), common.threads(), null, null));
  }
}
