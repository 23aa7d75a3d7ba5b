package dev.halftone.cli;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.WeightFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Sees to it that no command writes over what it reads, or one result over another: a mistyped
 * {@code --json model.onnx} must not cost the model.
 */
final class OutputPaths {
  private static final String RESULT = "--output";

  /** Options that name a file to write; all else that names a file is read. */
  private static final Set<String> WRITTEN =
      Set.of(RESULT, "--json", "--report", "--junit", "--calibration-cache", "--checkpoint");

  private final CommandLine command;
  private final Map<Path, String> read = new LinkedHashMap<>();
  private final Map<Path, String> written = new LinkedHashMap<>();

  private OutputPaths(CommandLine command) {
    this.command = command;
  }

  /**
   * Checks the command that was given.
   *
   * @throws ParameterException if a file to write is also one to read, or is named twice
   */
  static void check(ParseResult parsed) {
    if (parsed.hasSubcommand()) {
      check(parsed.subcommand());
      return;
    }
    OutputPaths paths = new OutputPaths(parsed.commandSpec().commandLine());
    for (ArgSpec argument : parsed.matchedArgs()) paths.sort(argument);
    paths.refuseCollisions();
  }

  private void sort(ArgSpec argument) {
    Path path = path(argument.getValue());
    if (path == null) return;
    String name =
        switch (argument) {
          case OptionSpec option -> option.longestName();
          case PositionalParamSpec positional -> positional.paramLabel();
          default -> throw new IllegalStateException(argument.toString());
        };
    if (!WRITTEN.contains(name)) {
      if (Files.isRegularFile(path)) read.put(path, name);
      return;
    }
    if (path.toString().isEmpty())
      throw new ParameterException(command, name + " needs the name of a file");
    write(path, name);
    if (name.equals(RESULT) && path.getFileName() != null) write(OnnxWriter.dataFile(path), name);
  }

  private void write(Path path, String name) {
    String other = written.putIfAbsent(path.toAbsolutePath().normalize(), name);
    if (other != null && !other.equals(name))
      throw new ParameterException(command, "%s and %s both name %s".formatted(other, name, path));
  }

  private static @Nullable Path path(@Nullable Object value) {
    try {
      return switch (value) {
        case Path path -> path.toString().equals("-") ? null : path;
        case String text -> Path.of(text);
        case null, default -> null;
      };
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private void refuseCollisions() {
    written.forEach(
        (output, name) ->
            read.forEach(
                (input, role) -> {
                  if (!isRead(input, output)) return;
                  throw new ParameterException(
                      command,
                      "%s would write over %s, which is both input and output (%s); give the output another name"
                          .formatted(name, output, role));
                }));
  }

  /**
   * Sees to it that no file that is read is written over.
   *
   * @throws ParameterException if one would be
   */
  static void refuseInput(CommandSpec spec, Path output, List<Path> inputs) {
    for (Path input : inputs)
      if (isSame(output, input))
        throw new ParameterException(
            spec.commandLine(),
            "--output would write over %s, which is both input and output; give the output another name"
                .formatted(input));
  }

  /**
   * Whether a file to write is there already, and is one that is read.
   *
   * @throws UncheckedIOException if that cannot be told
   */
  private static boolean isSame(Path output, Path input) {
    try {
      return Files.exists(output) && Files.isSameFile(output, input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isRead(Path input, Path output) {
    try {
      if (input.toString().endsWith(".onnx")) return WeightFiles.belongs(input, output);
      return isSame(output, input);
    } catch (UncheckedIOException | MalformedModelException e) {
      return false; // What cannot be read is refused by the command, in its own words.
    }
  }
}
