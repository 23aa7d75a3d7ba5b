package dev.halftone.cli;

import dev.halftone.graph.MalformedDataException;
import dev.halftone.report.RunReport;
import dev.halftone.toolkit.ModelFile;
import dev.halftone.toolkit.Provenance;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.StagedOutput;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A saved run as a page. */
@Command(
    name = "report",
    header = "Make a page of a run that was saved with --json.",
    description =
        "Writes one HTML file that opens from disk and asks the network for nothing: the verdict,"
            + " what was measured, the error of each layer, formats by size and worth, what stayed"
            + " in float and why, the recipe.",
    customSynopsis = "halftone report RUN.json -o OUT.html [OPTIONS]",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  halftone compare model.onnx model.int8.onnx --data samples/ --json run.json",
      "  halftone report run.json -o run.html"
    })
final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN.json", description = "What a command wrote with --json.")
  private Path run;

  @SuppressWarnings("NullAway.Init") // The parser insists on it.
  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT.html",
      required = true,
      description = "The page to write.")
  private Path output;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    Clock clock = Clock.start();
    Console console = common.console();
    console.checkWritable();
    try (StagedOutput staged = StagedOutput.beside(output)) {
      Files.writeString(staged.file(), RunReport.html(text(), run.toString()));
      staged.commit();
    }
    RunRecord.Builder record =
        RunRecord.of("report")
            .output(ModelFile.ofParts(List.of(output)))
            .provenance(Provenance.here(common.seed(), common.threads(), null, null));
    clock.stop(record);
    console.say("%s (%s)".formatted(output, Text.bytes(Files.size(output))));
    console.write(record.build());
    return ExitCode.DONE;
  }

  private String text() throws IOException {
    try {
      return Files.readString(run);
    } catch (MalformedInputException e) {
      throw new MalformedDataException(run, "not UTF-8 text, so not the JSON of a run");
    }
  }
}
