package dev.halftone.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The program. */
public final class Main {
  private static volatile boolean finished;
  private static volatile boolean cancelled;

  private Main() {}

  public static void main(String[] arguments) {
    StandardError.restore();
    // The JVM ends with 128 + the signal's number (130 for Ctrl-C) once its hooks are through;
    // outputs clean up after themselves.
    Runtime.getRuntime().addShutdownHook(new Thread(Main::sayCancelled, "halftone-cancelled"));
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = run(arguments, out, err);
    finished = true;
    System.exit(code);
  }

  private static void sayCancelled() {
    if (finished) return;
    cancelled = true;
    System.err.println("halftone: cancelled");
  }

  /** Whether the process was told to end: then whatever fails fails for that reason. */
  static boolean isCancelled() {
    return cancelled;
  }

  /** Runs one command line without ending the process; the exit code. */
  static int run(String[] arguments, PrintWriter out, PrintWriter err) {
    int code;
    try {
      code = commandLine(arguments).setOut(out).setErr(err).execute(arguments);
    } catch (OutOfMemoryError e) {
      err.println(
          "halftone: out of memory; HALFTONE_OPTS=-Xmx4g gives more (" + e.getMessage() + ")");
      code = ExitCode.INTERNAL_ERROR;
    } catch (StackOverflowError e) {
      err.println(
          "halftone: the model nests or chains deeper than the stack; HALFTONE_OPTS=-Xss16m gives"
              + " more");
      code = ExitCode.INTERNAL_ERROR;
    } catch (NoClassDefFoundError e) {
      if (e.getCause() instanceof ExceptionInInitializerError) throw e;
      // The launcher of another run builds into the same folder.
      err.println("halftone: a part of it is missing; was it built anew meanwhile? (" + e + ")");
      code = ExitCode.INTERNAL_ERROR;
    }
    out.flush();
    err.flush();
    return code;
  }

  /** All commands, or only the one that {@code arguments} begin with. */
  static CommandLine commandLine(String... arguments) {
    return HalftoneCommand.commandLine(arguments)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpLongOptionsMaxWidth(30)
        .setUsageHelpWidth(110)
        .setExecutionStrategy(
            parsed -> {
              OutputPaths.check(parsed);
              return new CommandLine.RunLast().execute(parsed);
            })
        .setParameterExceptionHandler(Failures::usage)
        .setExecutionExceptionHandler(Failures::failed);
  }
}
