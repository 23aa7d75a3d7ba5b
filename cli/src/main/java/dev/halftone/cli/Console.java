package dev.halftone.cli;

import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.StagedOutput;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a command's answers go: text for people, JSON for scripts. */
final class Console {
  private static final Path STANDARD_OUTPUT = Path.of("-");

  private final PrintWriter out;
  private final PrintWriter err;
  private final @Nullable Path json;
  private final boolean quiet;

  Console(PrintWriter out, PrintWriter err, @Nullable Path json, boolean quiet) {
    this.out = out;
    this.err = err;
    this.json = json;
    this.quiet = quiet;
  }

  /** Shows that the JSON file can be written, before the long work starts. */
  void checkWritable() {
    if (json == null || json.equals(STANDARD_OUTPUT)) return;
    StagedOutput.beside(json).close();
  }

  /** Whether a script asked for the record, which takes the hashes of all files. */
  boolean wantsJson() {
    return json != null;
  }

  /** A line for people, who see it at once: what comes next may take minutes. */
  void say(String line) {
    sayAll(List.of(line));
  }

  /** Lines for people, who see them at once. */
  void sayAll(Iterable<String> lines) {
    if (quiet) return;
    PrintWriter writer = STANDARD_OUTPUT.equals(json) ? err : out;
    for (String line : lines) writer.println(line);
    writer.flush();
  }

  /** The record for scripts, where they asked for it. */
  void write(RunRecord record) {
    if (json == null) return;
    if (json.equals(STANDARD_OUTPUT)) {
      out.print(record.toJson());
      return;
    }
    try (StagedOutput output = StagedOutput.beside(json)) {
      Files.writeString(output.file(), record.toJson());
      output.commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bars on standard error when that is a terminal, else nothing. */
  Bars bars() {
    return Bars.on(!quiet && Terminal.isStandardError());
  }
}
