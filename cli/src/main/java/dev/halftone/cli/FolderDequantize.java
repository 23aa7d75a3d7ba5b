package dev.halftone.cli;

import dev.halftone.toolkit.ModelFile;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.packed.FloatFolder;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** Safetensors with quantized weights back to safetensors with floats. */
final class FolderDequantize {
  private final CommandSpec spec;
  private final CommonOptions common;

  FolderDequantize(CommandSpec spec, CommonOptions common) {
    this.spec = spec;
    this.common = common;
  }

  int run(Path model, Path output) {
    Clock clock = Clock.start();
    Console console = common.console();
    Usage.refuseOptions(
        spec, name -> name.equals("--output") || CommonOptions.NAMES.contains(name), "safetensors");
    console.checkWritable();
    FloatFolder folder = FloatFolder.of(model, FolderQuantize.fileName(model, output));
    OutputPaths.refuseInput(spec, output, folder.sources());
    try (Bars bars = console.bars()) {
      folder.write(output, bars.bytes("dequantize", folder.bytes()));
    }
    ModelFile before = ModelFile.ofParts(folder.sources());
    ModelFile after = ModelFile.ofParts(folder.weightFiles(output));
    RunRecord.Builder builder =
        RunRecord.of("dequantize")
            .model(before)
            .output(after)
            .metric("bytes.input", (double) before.bytes())
            .metric("bytes.output", (double) after.bytes())
            .provenance(Provenance.here(common.seed(), common.threads(), null, null));
    clock.stop(builder);
    console.say("%s → %s".formatted(model, output));
    console.say(
        MetricText.line(
            "size", "%s → %s".formatted(Text.bytes(before.bytes()), Text.bytes(after.bytes()))));
    console.say(
        MetricText.line(
            "weights",
            "%s of %s"
                .formatted(Text.count(folder.matrices(), "matrix", "matrices"), folder.storage())));
    console.write(builder.build());
    return ExitCode.DONE;
  }
}
