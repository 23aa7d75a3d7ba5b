package dev.halftone.cli;

import dev.halftone.data.LabelCountException;
import dev.halftone.data.RowsException;
import dev.halftone.graph.BadInputException;
import dev.halftone.train.DivergedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What went wrong, in one or two lines on standard error, and the exit code for it. */
final class Failures {
  private Failures() {}

  static int usage(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("halftone: " + oneLine(failure.getMessage()));
    if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
      err.println(
          "'%s --help' shows what it takes".formatted(command.getCommandSpec().qualifiedName()));
    }
    return ExitCode.USAGE;
  }

  static int failed(Exception failure, CommandLine command, ParseResult parsed) {
    if (Main.isCancelled()) return ExitCode.CANCELLED;
    PrintWriter err = command.getErr();
    if (isTraceWanted(parsed)) failure.printStackTrace(err);
    int code = code(failure);
    err.println("halftone: " + message(failure));
    if (code == ExitCode.INTERNAL_ERROR && !isTraceWanted(parsed)) {
      err.println(
          "This is a fault in Halftone, not in its input; --stacktrace shows where it happened");
    }
    return code;
  }

  private static boolean isTraceWanted(ParseResult parsed) {
    ParseResult command = parsed;
    while (command.hasSubcommand()) command = command.subcommand();
    return command.hasMatchedOption("--stacktrace");
  }

  static int code(Throwable failure) {
    return switch (failure) {
      case BadInputException bad -> ExitCode.BAD_INPUT;
      case DivergedException diverged -> ExitCode.BAD_INPUT;
      case LabelCountException labels -> ExitCode.USAGE;
      case RowsException rows -> ExitCode.USAGE;
      case UncheckedIOException io -> ExitCode.USAGE;
      case IOException io -> ExitCode.USAGE;
      default -> ExitCode.INTERNAL_ERROR;
    };
  }

  private static String message(Throwable failure) {
    return switch (failure) {
      case BadInputException bad -> oneLine(bad.getMessage());
      case DivergedException diverged -> oneLine(diverged.getMessage());
      case LabelCountException labels -> oneLine(labels.getMessage());
      case RowsException rows -> oneLine(rows.getMessage());
      case UncheckedIOException io when io.getCause() != null ->
          unchecked(io.getCause(), String.valueOf(io.getMessage()));
      case IOException io -> file(io, io.getMessage());
      default -> "internal error: " + oneLine(failure.toString());
    };
  }

  /** Whoever threw it may have said what he was doing; else the cause is all there is. */
  private static String unchecked(IOException cause, String message) {
    String said = file(cause, cause.getMessage());
    if (message.equals(cause.toString()) || said.contains(message)) return said;
    return message.contains(": ") ? oneLine(message) : oneLine(message + ": " + said);
  }

  private static String file(IOException failure, @Nullable String message) {
    return switch (failure) {
      case NoSuchFileException missing ->
          "%s: %s".formatted(missing.getFile(), or(missing.getReason(), "no such file"));
      case AccessDeniedException denied ->
          "%s: %s".formatted(denied.getFile(), or(denied.getReason(), "permission denied"));
      case FileSystemException other -> oneLine(or(other.getMessage(), other.toString()));
      default -> oneLine(or(message, failure.toString()));
    };
  }

  private static String or(@Nullable String text, String otherwise) {
    return text == null || text.isBlank() ? otherwise : text;
  }

  private static String oneLine(@Nullable String text) {
    String line = or(text, "no message").strip().replaceAll("\\s*\\R\\s*", "; ");
    // A file's text must not steer the terminal.
    return line.replaceAll("\\p{Cntrl}", "?");
  }
}
