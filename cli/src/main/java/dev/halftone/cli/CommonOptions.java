package dev.halftone.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What every command takes. */
final class CommonOptions {
  /** The names of the options below that do something. */
  static final Set<String> NAMES =
      Set.of("--json", "--threads", "--seed", "--quiet", "--stacktrace");

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Write the run as JSON to FILE; - for standard output, then the text goes to standard"
              + " error.")
  private @Nullable Path json;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Samples worked on at the same time; default: available processors. Changes no bit of the"
              + " result.")
  private void setThreads(int wanted) {
    if (wanted < 1)
      throw new ParameterException(
          spec.commandLine(), "--threads %d: at least 1 is needed".formatted(wanted));
    threads = wanted;
  }

  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of whatever is random (--data random, training); default: 0.")
  private long seed;

  @Option(names = "--quiet", description = "Print errors only.")
  private boolean quiet;

  // Failures asks the parser for it.
  @SuppressWarnings("unused")
  @Option(names = "--stacktrace", description = "Show where in Halftone an error happened.")
  private boolean stacktrace;

  @SuppressWarnings("unused") // The parser acts on it.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean help;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  /** Where this run's text and JSON go. */
  Console console() {
    return console(null);
  }

  /** Where this run's text, JSON and page go. */
  Console console(@Nullable Path page) {
    PrintWriter out = spec.commandLine().getOut();
    return new Console(out, spec.commandLine().getErr(), json, page, quiet);
  }

  int threads() {
    return threads;
  }

  long seed() {
    return seed;
  }
}
