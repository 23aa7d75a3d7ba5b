package dev.halftone.cli;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.llm.huggingface.HuggingFaceFolder;
import dev.halftone.llm.huggingface.ModelPlace;
import dev.halftone.llm.mixture.MixtureRequest;
import dev.halftone.llm.plan.CheckpointPlan;
import dev.halftone.llm.source.CheckpointSource;
import dev.halftone.llm.source.GgufSource;
import dev.halftone.llm.stream.CheckpointJob;
import dev.halftone.llm.stream.CheckpointWriter;
import dev.halftone.llm.stream.FileJob;
import dev.halftone.llm.stream.TensorResult;
import dev.halftone.toolkit.Halftone;
import dev.halftone.toolkit.ModelFile;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.packed.PackedScheme;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The main job for checkpoints of language models: to GGUF files, without running the model. */
final class CheckpointQuantize {
  private static final String ENDING = ".gguf";

  /** Options of {@code quantize} for GGUF files too, besides their own and every command's. */
  private static final Set<String> SHARED = Set.of("--output", "--dry-run", "--weights");

  private final CommandSpec spec;
  private final CheckpointOptions options;
  private final CommonOptions common;
  private final Console console;

  CheckpointQuantize(
      CommandSpec spec, CheckpointOptions options, CommonOptions common, Console console) {
    this.spec = spec;
    this.options = options;
    this.common = common;
    this.console = console;
  }

  /** Whether a model is for this and not an ONNX file: GGUF or safetensors, or a folder. */
  static boolean takes(Path model) {
    return model.toString().endsWith(ENDING) || ModelPlace.takes(model);
  }

  private static CheckpointSource open(Path model) {
    return ModelPlace.takes(model)
        ? HuggingFaceFolder.read(model)
        : new GgufSource(Gguf.read(model));
  }

  /**
   * Sees to it that no option is given that means nothing for the kind of model.
   *
   * @throws ParameterException if one is: names it
   */
  static void checkOptions(CommandSpec spec, boolean checkpoint) {
    Set<String> own = Set.copyOf(CheckpointOptions.NAMES);
    Usage.refuseOptions(
        spec,
        name ->
            SHARED.contains(name)
                || CommonOptions.NAMES.contains(name)
                || name.equals(ReportOption.NAME)
                || own.contains(name) == checkpoint,
        checkpoint ? "a GGUF model" : "an ONNX model");
  }

  int run(Path model, @Nullable Path output, boolean dryRun, @Nullable String weights) {
    Clock clock = Clock.start();
    checkOptions(spec, true);
    if (output == null && !dryRun)
      throw new ParameterException(
          spec.commandLine(), "-o OUT is missing: where shall the result go?");
    MixtureRequest request = Usage.checked(spec, () -> options.request(weights));
    boolean safetensors = ModelPlace.takes(model);
    if (request.keepOrder() && safetensors)
      throw new ParameterException(
          spec.commandLine(), "--keep-split has no meaning for safetensors, which become one file");
    console.checkWritable();
    CheckpointSource source = open(model);
    CheckpointPlan plan = CheckpointPlan.of(source, request, options.importance());
    CheckpointJob job = plan.job(output == null ? model : output, "Halftone " + Halftone.version());
    if (output != null) refuseInputs(job);
    checkName(model, output, weights);
    List<TensorResult> results = List.of();
    if (!dryRun) {
      try (Bars bars = console.bars()) {
        results =
            CheckpointWriter.write(
                job, common.threads(), bars.bytes("quantize", plan.bytesBefore()));
      }
    }
    CheckpointReport report = new CheckpointReport(plan, job, results);
    RunRecord.Builder record = report.record();
    if (console.wantsRecord()) {
      record.model(ModelFile.ofParts(source.paths()));
      if (!dryRun)
        record.output(ModelFile.ofParts(job.files().stream().map(FileJob::file).toList()));
    }
    record.provenance(Provenance.here(common.seed(), common.threads(), null, null));
    clock.stop(record);
    RunRecord built = record.build();
    console.sayAll(report.lines(built));
    console.write(built);
    return ExitCode.DONE;
  }

  private void checkName(Path model, @Nullable Path output, @Nullable String weights) {
    if (output == null || !ModelPlace.isFile(output)) return;
    String other = "; --weights %s make one".formatted(PackedScheme.Element.words());
    throw new ParameterException(
        spec.commandLine(),
        "%s makes a GGUF file, and %s is a safetensors file by its name%s"
            .formatted(
                weights == null ? "no --weights" : "--weights " + weights,
                output,
                ModelPlace.takes(model) ? other : ""));
  }

  /**
   * What {@link OutputPaths} cannot see: the files of a folder, and the parts of a split model,
   * whose names follow from that of the output.
   */
  private void refuseInputs(CheckpointJob job) {
    for (FileJob file : job.files()) OutputPaths.refuseInput(spec, file.file(), job.inputs());
  }
}
