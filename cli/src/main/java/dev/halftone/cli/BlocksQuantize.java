package dev.halftone.cli;

import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.runtime.RunOptions;
import dev.halftone.toolkit.Halftone;
import dev.halftone.toolkit.OpenModel;
import dev.halftone.toolkit.QuantizedModel;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.SavedModel;
import dev.halftone.toolkit.StagedOutput;
import dev.halftone.toolkit.blocks.CheckpointBlocks;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** ONNX models that take the blocks of a checkpoint for their weights. */
final class BlocksQuantize {
  /** Options of {@code quantize} that mean something here, besides those of every command. */
  private static final Set<String> OWN =
      Set.of("--output", "--dry-run", "--weights-from", "--matmul-nbits", "--external-data");

  private final CommandSpec spec;
  private final CommonOptions common;
  private final Console console;

  BlocksQuantize(CommandSpec spec, CommonOptions common, Console console) {
    this.spec = spec;
    this.common = common;
    this.console = console;
  }

  /**
   * Reads, matches, writes and loads.
   *
   * @param output null for a dry run
   */
  int run(
      Path model, Path weights, @Nullable Path output, boolean matMulNBits, ExternalData external) {
    Clock clock = Clock.start();
    Usage.refuseOptions(
        spec,
        name ->
            OWN.contains(name)
                || CommonOptions.NAMES.contains(name)
                || name.equals(ReportOption.NAME),
        "--weights-from");
    if (CheckpointQuantize.takes(model))
      throw new ParameterException(
          spec.commandLine(), "--weights-from is for ONNX models, and %s is none".formatted(model));
    console.checkWritable();
    try (StagedOutput staged = output == null ? null : StagedOutput.beside(output)) {
      OpenModel source = Halftone.open(model);
      CheckpointBlocks blocks = CheckpointBlocks.read(weights);
      QuantizedModel quantized = source.withBlocks(blocks, matMulNBits, common.threads());
      SavedModel saved = staged == null ? null : quantized.save(staged.file(), external);
      List<String> execution =
          saved == null ? List.of() : quantized.executionWarnings(saved, RunOptions.deployed());
      if (staged != null) staged.commit();
      QuantizeReport report =
          new QuantizeReport(
              quantized,
              saved == null ? null : saved.file(),
              execution,
              output,
              null,
              null,
              false,
              Judgement.NONE);
      RunRecord.Builder builder = report.record(common.seed(), common.threads());
      clock.stop(builder);
      RunRecord record = builder.build();
      console.sayAll(report.lines(record, 1));
      if (staged == null) console.sayAll(PlanText.details(quantized.plan()));
      console.write(record);
      return ExitCode.DONE;
    }
  }
}
