package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process of its own that is told to end in the middle of its work. */
class CancelTest {
  private static final Path ENV = Path.of("/usr/bin/env");

  @TempDir Path folder;

  @BeforeEach
  void onlyWhereSignalsCanBeSent() {
    assumeTrue(
        Files.isExecutable(ENV) && System.getProperty("os.name").equals("Linux"),
        "needs Linux's env and kill");
  }

  @Test
  void controlCLeavesNothingBehind() throws Exception {
    Process process = startQuantizing();
    signal(process, "INT");
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(130);
    assertThat(CommandRun.files(folder)).containsExactly("err.txt", "large.onnx");
    assertThat(folder.resolve("err.txt"))
        .content()
        .contains("halftone: cancelled")
        .doesNotContain("\tat ");
  }

  @Test
  void aKilledProcessLeavesNothingUnderTheFinalName() throws Exception {
    Path out = Files.writeString(folder.resolve("out.onnx"), "what was there before");
    Process process = startQuantizing();
    signal(process, "KILL");
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(out).hasContent("what was there before");
    assertThat(CommandRun.files(folder)).anyMatch(CancelTest::isBeingWritten);
    Path model = new Fixture(folder).model();
    assertThat(CommandRun.of("quantize", model, "--recipe", "weights-int8", "-o", out).code())
        .isZero();
    assertThat(CommandRun.files(folder)).noneMatch(CancelTest::isBeingWritten);
  }

  @Test
  void twoProcessesThatWriteTheSameOutputDoNotDisturbEachOther() throws Exception {
    Path out = folder.resolve("out.onnx");
    Process process = startQuantizing();
    Path model = new Fixture(folder).model();
    assertThat(CommandRun.of("quantize", model, "--recipe", "weights-int8", "-o", out).code())
        .isZero();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("err.txt"))).isZero();
    assertThat(CommandRun.files(folder)).noneMatch(CancelTest::isBeingWritten);
  }

  /** Starts a quantization and waits until it writes its output. */
  private Process startQuantizing() throws IOException, InterruptedException {
    Path model = new Fixture(folder).largeModel();
    List<String> command =
        List.of(
            ENV.toString(),
            // A build in the background has Ctrl-C switched off, and its children inherit that.
            "--default-signal=INT",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "dev.halftone.cli.Main",
            "quantize",
            model.toString(),
            "--recipe",
            "weights-int8",
            "-o",
            folder.resolve("out.onnx").toString());
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve("err.txt").toFile())
            .start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (CommandRun.files(folder).stream().noneMatch(CancelTest::isBeingWritten)) {
      assertThat(process.isAlive()).as(Files.readString(folder.resolve("err.txt"))).isTrue();
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(1);
    }
    return process;
  }

  /** A file within the hidden folder beside the output. */
  private static boolean isBeingWritten(String name) {
    return name.startsWith(".out.onnx.halftone-") && name.contains("/") && !name.contains("/.lock");
  }

  private static void signal(Process process, String name)
      throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    assertThat(code).isZero();
  }
}
