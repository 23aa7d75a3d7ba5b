package dev.halftone.cli;

import static dev.halftone.onnx.OnnxWriter.ExternalData.ALWAYS;
import static dev.halftone.onnx.OnnxWriter.ExternalData.WHEN_NEEDED;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.evaluate.Comparison;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.toolkit.Cpu;
import dev.halftone.toolkit.Halftone;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.QuantizedModel;
import dev.halftone.toolkit.RecipeRequest;
import dev.halftone.toolkit.RecipeText;
import dev.halftone.toolkit.ResolvedRecipe;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.RuntimeNode;
import dev.halftone.toolkit.SavedModel;
import dev.halftone.toolkit.StagedOutput;
import dev.halftone.toolkit.Target;
import dev.halftone.toolkit.cache.CalibrationCache;
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

/** The main job: a smaller and faster model, with the evidence that it still works. */
@Command(
    name = "quantize",
    header = "Make a model smaller and faster, and measure what it costs.",
    description =
        "Folds, calibrates on --data, quantizes, writes, reads the file back and judges it beside"
            + " the original. Nothing is written under the output's name until all of that is done;"
            + " an output that exists is replaced.",
    customSynopsis = "halftone quantize MODEL -o OUT [--data PATH] [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone quantize model.onnx --data samples/ -o model.int8.onnx",
      "  halftone quantize model.onnx --data images/ --labels labels.csv --rows 0:100 --eval-rows"
          + " 100:1000 \\",
      "      --preprocess imagenet.yaml --max-drop 0.5 -o model.int8.onnx",
      "  halftone quantize encoder.onnx --mode dynamic -o encoder.int8.onnx",
      "  halftone quantize encoder.onnx --recipe weights-int4 -o encoder.int4.onnx",
      "  halftone quantize model-f16.gguf --weights Q4_K_M -o model-q4_k_m.gguf",
      "  halftone quantize TinyLlama-1.1B/ --weights Q4_K_M -o tinyllama-q4_k_m.gguf",
      "  halftone quantize TinyLlama-1.1B/ --weights int4 -o TinyLlama-1.1B-w4a16/",
      "  halftone quantize TinyLlama-1.1B/ --weights int8 --mode dynamic -o TinyLlama-1.1B-w8a8/",
      "  halftone quantize model.safetensors --weights int4 -o model-int4.safetensors",
      "  halftone quantize model.onnx --weights-from model-q4_0.gguf -o model-q4_0.onnx",
      "  halftone quantize model.onnx --weights-from TinyLlama-1.1B-GPTQ/ -o model-gptq.onnx"
    })
final class QuantizeCommand implements Callable<Integer> {
  private static final int ROWS_FOR_ERRORS = 16;

  @Parameters(
      paramLabel = "MODEL",
      description =
          "The ONNX model; or a language model, as .gguf, as a folder with config.json and"
              + " safetensors files, or as .safetensors with config.json beside it.")
  private Path model;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      description =
          "The file to write; needed unless --dry-run. Where safetensors are quantized to int4,"
              + " int8 or fp8-e4m3 a folder, or one file if it ends in .safetensors.")
  private @Nullable Path output;

  @Option(
      names = "--dry-run",
      description = "Calibrate and plan, and print the plan; write and evaluate nothing.")
  private boolean dryRun;

  @Option(
      names = "--external-data",
      description = "Weights into a file of their own, OUT.data; without it, only beyond 2 GB.")
  private boolean externalData;

  @Option(
      names = "--calibration-cache",
      paramLabel = "FILE",
      description =
          "Keep what calibration saw in a file; when it is about this model and these"
              + " samples already, calibration is skipped.")
  private @Nullable Path calibrationCache;

  @Option(
      names = "--weights-from",
      paramLabel = "CHECKPOINT",
      description =
          "Put the matrices of a quantized checkpoint of the same model in the place of the ONNX"
              + " model's own, block by block as they are: Q4_0 and Q8_0 of a GGUF file; GPTQ, AWQ"
              + " or compressed-tensors integers of a folder or .safetensors file.")
  private @Nullable Path weightsFrom;

  @Mixin private RecipeOptions recipe;
  @Mixin private CheckpointOptions checkpoint;
  @Mixin private DataOptions data;
  @Mixin private EvaluationDataOptions evaluationData;
  @Mixin private JudgeOptions judge;
  @Mixin private GateOptions gate;
  @Mixin private ReportOption page;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Console console = common.console(page.file());
    if (weightsFrom != null) return withBlocks(weightsFrom, console);
    if (FolderQuantize.takes(model, recipe.weights()))
      return new FolderQuantize(spec, recipe, common, console).run(model, output, dryRun);
    if (CheckpointQuantize.takes(model))
      return new CheckpointQuantize(spec, checkpoint, common, console)
          .run(model, output, dryRun, recipe.weights());
    CheckpointQuantize.checkOptions(spec, false);
    Clock clock = Clock.start();
    RecipeRequest request = Usage.checked(spec, recipe::request);
    List<Gate> gates = gate.gates(judge.measuresLatency());
    check(gates);
    console.checkWritable();
    try (StagedOutput staged = stage();
        Bars bars = console.bars()) {
      OpenModel source = Halftone.open(model);
      ResolvedRecipe resolved =
          Usage.checked(spec, () -> source.resolve(request, data.data != null));
      DataSet samples = data.open(source, common.seed());
      DataSet judged =
          staged == null ? null : evaluationData.open(source, data, samples, common.seed());
      CalibrationCache cache = cache(source, resolved);
      QuantizedModel quantized =
          source.quantize(
              resolved,
              samples,
              cache == null ? StatisticsSource.RUN : cache,
              common.threads(),
              bars.progress());
      SavedModel saved =
          staged == null
              ? null
              : quantized.save(staged.file(), externalData ? ALWAYS : WHEN_NEEDED);
      List<String> execution =
          saved == null ? List.of() : quantized.executionWarnings(saved, judge.deployment());
      boolean foreign = Target.of(Cpu.detect()).saturates(resolved.recipe());
      Evaluation evaluation =
          saved == null || judged == null
              ? null
              : saved.evaluate(judged, judge.options(common.threads(), bars.progress()));
      Comparison comparison = comparison(console, source, saved, judged, bars);
      List<RuntimeNode> runtime =
          saved == null || !console.wantsPage()
              ? List.of()
              : quantized.runtimeNodes(saved, judge.deployment());
      // Evaluation and a look at the execution have loaded it already.
      if (saved != null && evaluation == null && !quantized.hasExecutionWarnings())
        saved.requireLoads();
      bars.close();
      Judgement judgement =
          Judgement.of(output == null ? model : output, gates, evaluation).ofResult();
      if (staged != null && judgement.passed()) staged.commit();
      QuantizeReport report =
          new QuantizeReport(
              quantized,
              saved == null ? null : saved.file(),
              execution,
              output,
              judged,
              evaluation,
              foreign,
              judgement);
      RunRecord.Builder builder = report.record(common.seed(), common.threads());
      if (comparison != null) LayerFields.add(comparison, "layer_errors", builder);
      if (console.wantsPage()) builder.runtime(runtime);
      clock.stop(builder);
      RunRecord record = builder.build();
      console.sayAll(report.lines(record, judge.latencyThreads()));
      if (cache != null && !cache.outcome().isEmpty())
        console.sayAll(List.of("calibration cache: " + cache.outcome()));
      if (dryRun) console.sayAll(PlanText.details(quantized.plan()));
      console.write(record);
      judgement.tell(console, record.metrics());
      gate.write("quantize", judgement, record);
      return judgement.exitCode();
    }
  }

  private int withBlocks(Path weights, Console console) {
    requireOutput();
    return new BlocksQuantize(spec, common, console)
        .run(
            model,
            weights,
            dryRun ? null : output,
            recipe.matMulNBits(),
            externalData ? ALWAYS : WHEN_NEEDED);
  }

  private void requireOutput() {
    if (output == null && !dryRun)
      throw new ParameterException(
          spec.commandLine(), "-o OUT is missing: where shall the result go?");
  }

  /** Layer by layer, for the page; of a few samples, which say who is to blame. */
  private @Nullable Comparison comparison(
      Console console,
      OpenModel source,
      @Nullable SavedModel saved,
      @Nullable DataSet judged,
      Bars bars) {
    if (!console.wantsPage() || saved == null || judged == null) return null;
    int rows = Math.min(ROWS_FOR_ERRORS, judged.size());
    Path made = saved.file().path();
    return Comparison.compare(
        model, source.folded(), made, judged, rows, common.threads(), bars.progress());
  }

  private @Nullable CalibrationCache cache(OpenModel source, ResolvedRecipe resolved) {
    if (calibrationCache == null) return null;
    if (!RecipeText.calibrates(resolved.recipe()))
      throw new ParameterException(
          spec.commandLine(),
          "--calibration-cache has a meaning in static mode and with search weighted-mse only");
    return source.calibrationCache(calibrationCache);
  }

  /** The place for the output; null for a dry run. */
  private @Nullable StagedOutput stage() {
    if (dryRun || output == null) return null;
    return StagedOutput.beside(output);
  }

  private void check(List<Gate> gates) {
    requireOutput();
    if (!evaluationData.judges(data, dryRun))
      gate.refuse(gates, " needs --data or --eval-data to judge by");
  }
}
