package dev.halftone.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The page that a run can be looked at. */
final class ReportOption {
  static final String NAME = "--report";

  @Option(
      names = NAME,
      paramLabel = "FILE.html",
      description =
          "Write the run as one HTML page that needs nothing else; 'halftone report' makes it from"
              + " --json later.")
  private @Nullable Path file;

  @Nullable Path file() {
    return file;
  }
}
