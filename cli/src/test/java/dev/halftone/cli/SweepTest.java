package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sweep} on the example that ships, and on matrices. */
class SweepTest {
  private static final Path DIGITS = Path.of("..", "examples", "digits");

  @TempDir Path folder;

  private static CommandRun digits(Object... more) {
    Object[] command = {
      "sweep",
      DIGITS.resolve("digits.onnx"),
      "--data",
      DIGITS.resolve("samples.idx.gz"),
      "--eval-data",
      DIGITS.resolve("test.idx.gz"),
      "--eval-labels",
      DIGITS.resolve("test-labels.idx.gz"),
      "--eval-rows",
      "0:200",
      "--no-latency"
    };
    return CommandRun.of(Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray());
  }

  @Test
  void aLineForEveryFormatInTheOrderGiven() {
    CommandRun run =
        digits("--formats", "fp16,int8,static:int8/uint8,int4@block:32,int2@block:16,weights-int4");
    assertThat(run.code()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines.get(0)).endsWith("judged by 200 samples");
    assertThat(lines.get(1)).startsWith("format").contains("top1").endsWith("runs it");
    assertThat(lines)
        .extracting(line -> line.split(" ")[0])
        .containsSubsequence(
            "original",
            "fp16",
            "int8",
            "static:int8/uint8",
            "int4@block:32",
            "int2@block:16",
            "weights-int4");
    assertThat(lines.get(3)).contains(" 16.00 ").contains("float");
    assertThat(lines.get(5)).contains("QLinearConv x3", "QGemm x2");
    assertThat(lines.get(6).substring(13)).isEqualTo(lines.get(8).substring(13));
  }

  @Test
  void whatCannotBeDoneIsALineWithTheReason() throws IOException {
    Fixture fixture = new Fixture(folder);
    CommandRun run =
        CommandRun.of(
            "sweep",
            fixture.modelWithNan(),
            "--formats",
            "int8,fp16",
            "--no-latency",
            "--json",
            folder.resolve("out.json"));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("int8      not done: ").contains("NaN at element 17");
    assertThat(Files.readString(folder.resolve("out.json"))).contains("\"reason\": ");
  }

  @Test
  void wrongTextIsAUsageError() {
    assertUsage(digits("--formats", "int8,int9"), "'int9' is not one of ");
    assertUsage(
        digits("--formats", "static:int4"), "static mode takes weights of type int8, uint8");
    assertUsage(
        CommandRun.of("sweep", DIGITS.resolve("digits.onnx"), "--formats", "static:int8"),
        "static mode calibrates on samples");
  }

  private static void assertUsage(CommandRun run, String problem) {
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains(problem);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void theSameTwiceWhateverTheThreads() {
    String[] formats = {"--formats", "int4@block:32,static:int8/uint8", "--threads"};
    assertThat(digits(formats[0], formats[1], formats[2], 1).out())
        .isEqualTo(digits(formats[0], formats[1], formats[2], 3).out());
  }

  @Test
  void matricesOfACheckpoint() throws IOException {
    CommandRun run =
        CommandRun.of("sweep", new Fixture(folder).checkpoint(), "--formats", "int8,int4@block:32");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines().toList().get(1).split(" +"))
        .containsExactly("matrix", "int8", "int4@block:32");
    assertThat(run.out()).contains("1 matrix, SQNR in dB").contains("\nw ");
    // Rows of 40: codes of 4 bits, and two blocks with a scale of 32 bits each.
    assertThat(run.out().lines().toList().getLast().split(" +"))
        .containsExactly("bits", "per", "weight", "8.80", "5.60");
    assertUsage(
        CommandRun.of("sweep", new Fixture(folder).checkpoint(), "--formats", "static:int8"),
        "matrices without a model");
  }
}
