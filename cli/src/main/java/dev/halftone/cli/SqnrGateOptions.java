package dev.halftone.cli;

import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.StagedOutput;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The gate that needs no answers, only values, and where all gates are told to a build. */
final class SqnrGateOptions {
  @Option(
      names = "--min-sqnr",
      paramLabel = "DB",
      description =
          "Quality gate: end with exit code 4 if the SQNR of the outputs is below this many dB.")
  private @Nullable Double minSqnr;

  @Option(
      names = "--junit",
      paramLabel = "FILE.xml",
      description =
          "Write the gates as JUnit XML, a test case for each; written whether or not one is"
              + " missed.")
  private @Nullable Path junit;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  /** The gate that was asked for, or none. */
  List<Gate> gates() {
    if (minSqnr == null) return List.of();
    if (!Double.isFinite(minSqnr))
      throw new ParameterException(
          spec.commandLine(), "--min-sqnr %s: a number of dB is needed".formatted(minSqnr));
    return List.of(new Gate.MinSqnr(minSqnr));
  }

  /**
   * Shows that the file can be written, before the long work starts.
   *
   * @throws ParameterException if it is asked for and no gate is
   */
  void checkJunit(List<Gate> gates) {
    if (junit == null) return;
    if (gates.isEmpty())
      throw new ParameterException(
          spec.commandLine(), "--junit tells of gates, and none is asked for (--min-sqnr ...)");
    StagedOutput.beside(junit).close();
  }

  /** Writes the file, where it was asked for. */
  void write(String command, Judgement judgement, RunRecord record) {
    if (junit != null) Console.writeWhole(junit, JUnitXml.of(command, judgement, record.metrics()));
  }
}
