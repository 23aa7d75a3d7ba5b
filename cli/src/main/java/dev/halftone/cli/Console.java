package dev.halftone.cli;

import dev.halftone.report.RunReport;
import dev.halftone.toolkit.RunRecord;
import dev.halftone.toolkit.StagedOutput;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a command's answers go: text and a page for people, JSON for scripts. */
final class Console {
  private static final Path STANDARD_OUTPUT = Path.of("-");

  private final PrintWriter out;
  private final PrintWriter err;
  private final @Nullable Path json;
  private final @Nullable Path page;
  private final boolean quiet;

  /**
   * @param page where the run is written as HTML, or null
   */
  Console(
      PrintWriter out, PrintWriter err, @Nullable Path json, @Nullable Path page, boolean quiet) {
    this.out = out;
    this.err = err;
    this.json = json;
    this.page = page;
    this.quiet = quiet;
  }

  /** Shows that JSON and page can be written, before the long work starts. */
  void checkWritable() {
    if (json != null && !json.equals(STANDARD_OUTPUT)) StagedOutput.beside(json).close();
    if (page != null) StagedOutput.beside(page).close();
  }

  /** Whether anybody asked for the record, which takes the hashes of all files. */
  boolean wantsRecord() {
    return json != null || page != null;
  }

  boolean wantsPage() {
    return page != null;
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

  /** An error, which the quiet see too. */
  void fail(String line) {
    err.println("halftone: " + line);
    err.flush();
  }

  /** The record for scripts and the page of it, where they were asked for. */
  void write(RunRecord record) {
    if (page != null) writeWhole(page, RunReport.html(record.toJson(), page.toString()));
    if (json == null) return;
    if (json.equals(STANDARD_OUTPUT)) out.print(record.toJson());
    else writeWhole(json, record.toJson());
  }

  /** Text as a file that is there whole or not at all. */
  static void writeWhole(Path file, String text) {
    try (StagedOutput output = StagedOutput.beside(file)) {
      Files.writeString(output.file(), text);
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
