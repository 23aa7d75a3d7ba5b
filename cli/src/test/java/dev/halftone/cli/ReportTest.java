package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs as pages. */
class ReportTest {
  @TempDir Path folder;
  private Fixture fixture;
  private Path json;
  private Path page;

  @BeforeEach
  void prepare() {
    fixture = new Fixture(folder);
    json = folder.resolve("run.json");
    page = folder.resolve("run.html");
  }

  /** The page that the run wrote, which is also that of its JSON. */
  private String page(CommandRun run) throws IOException {
    assertThat(run.code()).as(run.err()).isZero();
    Path later = folder.resolve("later.html");
    CommandRun report = CommandRun.of("report", json, "-o", later);
    assertThat(report.code()).as(report.err()).isZero();
    assertThat(later).hasSameTextualContentAs(page);
    return Files.readString(page);
  }

  @Test
  void ofQuantizeHasTheErrorOfEachLayer() throws IOException {
    CommandRun run =
        CommandRun.of(
            "quantize",
            fixture.model(),
            "--data",
            fixture.samples(),
            "--labels",
            fixture.labels(),
            "--no-latency",
            "-o",
            folder.resolve("small.onnx"),
            "--json",
            json,
            "--report",
            page);
    assertThat(page(run))
        .contains(
            "<h1>small.onnx</h1>", "of the size.", "id=\"chart-errors\"", "id=\"chart-bits\"");
    assertThat(Files.readString(json)).contains("\"layer_errors\": [", "\"runs_as\": \"");
  }

  @Test
  void ofCompareNamesTheNodeToBlame() throws IOException {
    CommandRun run =
        CommandRun.of(
            "compare",
            fixture.model(),
            fixture.modelWithExternalData(),
            "--data",
            fixture.samples(),
            "--json",
            json,
            "--report",
            page);
    assertThat(page(run)).contains("No layer makes noise of its own.");
  }

  @Test
  void ofSweepHasTheFront() throws IOException {
    CommandRun run =
        CommandRun.of(
            "sweep",
            fixture.model(),
            "--data",
            fixture.samples(),
            "--formats",
            "int8,int4",
            "--no-latency",
            "--json",
            json,
            "--report",
            page);
    assertThat(page(run)).contains("2 of 2 formats could be done.", "id=\"chart-sweep\"");
  }

  @Test
  void aFileThatIsNoRunIsRefused() throws IOException {
    Files.writeString(json, "{\"command\": \"quantize\"}");
    CommandRun run = CommandRun.of("report", json, "-o", page);
    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("run.json: not the JSON of a run");
    Files.write(json, new byte[] {(byte) 0xFF, 0, 1});
    assertThat(CommandRun.of("report", json, "-o", page).err()).contains("not UTF-8 text");
    assertThat(CommandRun.of("report", folder.resolve("none.json"), "-o", page).code())
        .isEqualTo(ExitCode.USAGE);
    assertThat(page).doesNotExist();
  }

  @Test
  void aPageThatCannotBeWrittenStopsTheRunBeforeItsWork() throws IOException {
    CommandRun run =
        CommandRun.of(
            "evaluate",
            fixture.model(),
            "--data",
            fixture.samples(),
            "--report",
            folder.resolve("none/run.html"));
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.out()).isEmpty();
  }
}
