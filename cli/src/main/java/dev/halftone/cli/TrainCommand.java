package dev.halftone.cli;

import static dev.halftone.onnx.OnnxWriter.ExternalData.ALWAYS;
import static dev.halftone.onnx.OnnxWriter.ExternalData.WHEN_NEEDED;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.toolkit.Halftone;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.SavedModel;
import dev.halftone.toolkit.StagedOutput;
import dev.halftone.toolkit.Target;
import dev.halftone.toolkit.TrainRequest;
import dev.halftone.toolkit.TrainedModel;
import dev.halftone.train.FileDifference;
import dev.halftone.train.TrainOptions;
import dev.halftone.train.ZeroPoints;
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

/** Quantization-aware training of any ONNX file. */
@Command(
    name = "train",
    header = "Train a model to work with few bits.",
    description =
        "Quantizes as static mode does, then trains weights, biases and scales with the rounding in"
            + " place, to answer as the original does and, with --labels, as the labels say. The"
            + " file computes what was trained. Needs libtorch, which comes with Halftone for Linux"
            + " on x86-64.",
    customSynopsis = "halftone train MODEL --data PATH -o OUT [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone train model.onnx --data train/ --weights int4 -o model.qat.onnx",
      "  halftone train model.onnx --data train.bin --weights int3 --augment flip,crop:3 \\",
      "      --epochs 40 --checkpoint state.safetensors -o model.qat.onnx",
      "  halftone train pruned.onnx --teacher model.onnx --data train/ -o model.qat.onnx"
    })
final class TrainCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "The ONNX model, in float.")
  private Path model;

  @SuppressWarnings("NullAway.Init") // The parser insists on it.
  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "OUT",
      description = "The file to write.")
  private Path output;

  @Option(
      names = "--weights",
      paramLabel = "TYPE",
      description =
          "int2 to int8, uint8, ternary, or a format of fewer bits that is decoded when the model"
              + " is loaded: fp8-e4m3, fp6-e2m3, fp4-e2m1, log4, nf4, codebook:2 to codebook:8 and"
              + " others of their kinds; default: int8.")
  private String weights = "int8";

  @Option(
      names = "--activations",
      paramLabel = "TYPE",
      description = "uint8, int8, uint4 or int4; default: what --target computes with.")
  private @Nullable String activations;

  @Option(
      names = "--target",
      paramLabel = "PROFILE",
      description =
          "Hardware that the model is for ('halftone targets' lists them); default: auto, this"
              + " machine. On x86-64 without VNNI int8 weights have 7 bits.")
  private String target = "auto";

  @Option(
      names = "--granularity",
      paramLabel = "G",
      converter = Words.GranularityWord.class,
      description =
          "Which weights share a scale: tensor, channel or block:N of neighbouring inputs; default:"
              + " channel.")
  private Granularity granularity = new Granularity.PerChannel();

  @Option(
      names = "--calibration",
      paramLabel = "METHOD",
      converter = Words.CalibrationWord.class,
      description = "How the ranges that training starts from are chosen; default: mse.")
  private Calibration calibration = new Calibration.Mse();

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      split = ",",
      description = "Quantize only nodes whose names match (* and ?); may be repeated.")
  private List<String> include = List.of();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      split = ",",
      description = "Leave nodes whose names match in float; may be repeated.")
  private List<String> exclude = List.of();

  @Option(
      names = "--int8",
      paramLabel = "PATTERN",
      split = ",",
      description =
          "Weights of nodes whose names match have 8 bits, whatever --weights says: often the first"
              + " and the last layer; may be repeated.")
  private List<String> eightBits = List.of();

  @Option(
      names = "--teacher",
      paramLabel = "FILE",
      description =
          "The model to imitate, in float and with the same inputs and outputs; default: MODEL"
              + " itself. For a pruned model, the one that it was before.")
  private @Nullable Path teacher;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description =
          "Keep the state in a file after each epoch; when it holds this training's, it goes on"
              + " from there and ends as if it had never stopped.")
  private @Nullable Path checkpoint;

  @Option(
      names = "--external-data",
      description = "Weights into a file of their own, OUT.data; without it, only beyond 2 GB.")
  private boolean externalData;

  @Mixin private TrainingOptions training;
  @Mixin private DataOptions data;
  @Mixin private TrainedDataOptions evaluationData;
  @Mixin private JudgeOptions judge;
  @Mixin private GateOptions gate;
  @Mixin private ReportOption page;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (data.data == null)
      throw new ParameterException(
          spec.commandLine(), "--data PATH is missing: what shall be trained on?");
    Clock clock = Clock.start();
    Console console = common.console(page.file());
    TrainRequest request = Usage.checked(spec, this::request);
    TrainOptions options =
        Usage.checked(spec, () -> training.options(data.labels != null, common.seed()));
    if (request.target().symmetricActivations() && options.zeroPoints() == ZeroPoints.LEARNED)
      throw new ParameterException(
          spec.commandLine(),
          "--zero-points learned: target %s has those of zero alone"
              .formatted(request.target().name()));
    List<Gate> gates = gates();
    console.checkWritable();
    // Not after an epoch of minutes.
    if (checkpoint != null) StagedOutput.beside(checkpoint).close();
    try (StagedOutput staged = StagedOutput.beside(output);
        Bars bars = console.bars()) {
      OpenModel source = Halftone.open(model);
      DataSet samples = data.open(source, data.data, data.labels, data.rows, common.seed());
      DataSet judged = evaluationData.open(source, data, common.seed());
      TrainedModel trained = trained(source, request, samples, options, console, bars);
      if (trained.failure() != null && trained.training().best() == 0) throw trained.failure();
      TrainReport report = judged(trained, judged, gates, staged, bars);
      return told(report, samples, clock, console);
    }
  }

  private TrainedModel trained(
      OpenModel source,
      TrainRequest request,
      DataSet samples,
      TrainOptions options,
      Console console,
      Bars bars) {
    TrainedModel trained =
        TrainedModel.train(
            source,
            teacher == null ? null : Halftone.open(teacher),
            request,
            samples,
            options,
            checkpoint,
            common.threads(),
            bars.progress(),
            new TrainReport.Lines(console, bars));
    bars.close();
    return trained;
  }

  /** Writes the file, and puts it in its place if it passes its gates. */
  private TrainReport judged(
      TrainedModel trained,
      @Nullable DataSet judged,
      List<Gate> gates,
      StagedOutput staged,
      Bars bars) {
    SavedModel saved = trained.save(staged.file(), externalData ? ALWAYS : WHEN_NEEDED);
    saved.requireLoads();
    FileDifference difference = trained.difference(saved);
    Evaluation evaluation =
        judged == null
            ? null
            : saved.evaluate(judged, judge.options(common.threads(), bars.progress()));
    bars.close();
    Judgement judgement = Judgement.of(output, gates, evaluation).ofResult();
    if (judgement.passed()) staged.commit();
    return new TrainReport(
        trained,
        difference,
        judgement.passed() ? saved.file().at(output) : saved.file(),
        judged,
        evaluation,
        judgement);
  }

  /** Tells everybody who asked, and gives the exit code. */
  private int told(TrainReport report, DataSet samples, Clock clock, Console console) {
    RunRecord.Builder builder = report.record(samples, common);
    clock.stop(builder);
    RunRecord record = builder.build();
    console.sayAll(report.lines(record, judge.latencyThreads()));
    console.write(record);
    report.judgement().tell(console, record.metrics());
    gate.write("train", report.judgement(), record);
    String failure = report.failure();
    if (failure == null) return report.judgement().exitCode();
    console.fail(failure);
    return ExitCode.BAD_INPUT;
  }

  private List<Gate> gates() {
    List<Gate> gates = gate.gates(judge.measuresLatency());
    if (!evaluationData.namesSamples())
      gate.refuse(
          gates, " needs --eval-data or --eval-rows: samples to judge by that are not trained on");
    return gates;
  }

  private TrainRequest request() {
    Target meant = Target.named(target);
    return new TrainRequest(
        TrainRequest.weights(weights),
        activations == null ? meant.activations() : TrainRequest.activations(activations),
        granularity,
        calibration,
        include,
        exclude,
        eightBits,
        meant);
  }
}
