package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.onnx.OnnxReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The main job through the command line: file in, file out, evidence printed. */
class QuantizeTest {
  @TempDir Path folder;
  private Fixture fixture;
  private Path out;

  @BeforeEach
  void prepare() {
    fixture = new Fixture(folder);
    out = folder.resolve("out.onnx");
  }

  private CommandRun quantize(Object... options) throws IOException {
    Object[] fixed = {
      "quantize",
      fixture.model(),
      "--data",
      fixture.samples(),
      "--labels",
      fixture.labels(),
      "-o",
      out,
      "--no-latency"
    };
    return CommandRun.of(Stream.concat(Stream.of(fixed), Stream.of(options)).toArray());
  }

  static Stream<Arguments> recipes() {
    return Stream.of(
        Arguments.of(0.45, 0.97, new String[] {}),
        Arguments.of(0.45, 0.95, new String[] {"--format", "qoperator"}),
        Arguments.of(0.45, 0.97, new String[] {"--recipe", "dynamic-int8"}),
        Arguments.of(0.40, 0.98, new String[] {"--recipe", "weights-int8"}),
        Arguments.of(0.30, 0.80, new String[] {"--recipe", "weights-int4"}),
        Arguments.of(0.60, 0.99, new String[] {"--recipe", "fp16"}),
        Arguments.of(0.60, 0.95, new String[] {"--recipe", "bf16"}));
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void makesTheModelSmallerAndSaysWhatItCost(double size, double agreement, String[] options)
      throws IOException {
    Path json = folder.resolve("run.json");
    CommandRun run =
        quantize(
            Stream.concat(Stream.of(options), Stream.of("--quantize-everything", "--json", json))
                .toArray());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("model.onnx → ", "out.onnx", "recipe", "size", "top1", "agreement");
    assertThat((double) Files.size(out) / Files.size(fixture.model())).isLessThan(size);
    assertThat(metric(json, "agreement")).isBetween(agreement, 1.0);
    assertThat(metric(json, "top1.reference")).isEqualTo(100.0);
    assertThat(metric(json, "bytes.quantized")).isEqualTo((double) Files.size(out));
    assertThat(CommandRun.files(folder))
        .containsExactly("labels.npy", "model.onnx", "out.onnx", "run.json", "samples.npy");
  }

  private static double metric(Path json, String name) throws IOException {
    String key = "\"" + name + "\": ";
    return Files.readAllLines(json).stream()
        .map(String::strip)
        .filter(line -> line.startsWith(key))
        .map(line -> Double.parseDouble(line.substring(key.length()).replace(",", "")))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + json));
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void theSameCommandGivesTheSameBytesOnAnyNumberOfThreads(
      double size, double agreement, String[] options) throws IOException {
    Object[] first =
        Stream.concat(Stream.of(options), Stream.of("--no-eval", "--threads", "1")).toArray();
    Object[] second =
        Stream.concat(Stream.of(options), Stream.of("--no-eval", "--threads", "3")).toArray();
    assertThat(quantize(first).code()).isZero();
    byte[] once = Files.readAllBytes(out);
    assertThat(quantize(second).code()).isZero();
    assertThat(Files.readAllBytes(out)).isEqualTo(once);
  }

  /** The statement is about the graph that ONNX Runtime executes, which only a file has. */
  @Test
  void saysHowWeightsRun() throws IOException {
    String[] statements = {
      "1 product runs as MatMulNBits at accuracy level 4", "1 weight is decoded at every run"
    };
    assertThat(quantize("--recipe", "weights-int8").out()).contains(statements);
    assertThat(quantize("--recipe", "weights-int8", "--no-eval").out()).contains(statements);
    assertThat(quantize("--recipe", "weights-int8", "--dry-run").out())
        .doesNotContain("MatMulNBits");
  }

  /** Codes of 4 bits with a scale of 32 for as many, and a table of 64 bytes for each weight. */
  @Test
  void saysWhatLookUpTablesSaveAndWhatNot() throws IOException {
    assertThat(quantize("--weights", "nf4", "--no-eval").out())
        .containsPattern(
            "2 weights are decoded when the model is loaded: [0-9.]+ % of the bytes on disk, all"
                + " of them in memory, and the speed of float");
  }

  @ParameterizedTest
  @CsvSource({"--reduce-range, true", "--no-reduce-range, false"})
  void theRangeOfWeightsIsReducedOrNotWhateverTheTarget(String option, boolean reduced)
      throws IOException {
    Path json = folder.resolve("run.json");
    for (String target : List.of("x86-avx2", "x86-vnni")) {
      assertThat(quantize("--target", target, option, "--no-eval", "--json", json).code()).isZero();
      assertThat(Files.readString(json)).contains("\"reduce_range\": " + reduced);
    }
  }

  @Test
  void aDryRunWritesNothing() throws IOException {
    CommandRun run =
        CommandRun.of(
            "quantize",
            fixture.model(),
            "--data",
            fixture.samples(),
            "--dry-run",
            "--quantize-everything");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("nothing written", "quantized  3 of 3 nodes");
    assertThat(run.out().lines())
        .contains("nodes", "  changed  MatMul               second", "tensors")
        .anyMatch(line -> line.matches("  uint8    tensor +x in \\[-.*, .*], activation"))
        .anyMatch(
            line -> line.matches("  int8     channel:1 +w2 in \\[-.*, .*] symmetric, weight"));
    assertThat(CommandRun.files(folder)).containsExactly("model.onnx", "samples.npy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"qdq", "qoperator"})
  void anExcludedReluIsThereAfterwards(String format) throws IOException {
    Object[] options = {"--quantize-everything", "--format", format, "--exclude", "relu"};
    assertThat(quantize(options).code()).isZero();
    assertThat(OnnxReader.read(out).graph().nodes()).anyMatch(node -> node.name().equals("relu"));
  }

  @Test
  void whatIsQuantizedAlreadyIsKeptAndSaid() throws IOException {
    Path half = folder.resolve("half.onnx");
    Object[] first = {"--mode", "dynamic", "--exclude", "second", "--no-eval", "-o", half};
    assertThat(CommandRun.of(prepend("quantize", fixture.model(), first)).code()).isZero();
    CommandRun rest = CommandRun.of("quantize", half, "--mode", "dynamic", "--no-eval", "-o", out);
    assertThat(rest.code()).as(rest.err()).isZero();
    assertThat(rest.out())
        .contains("warning: the model was quantized already, in part or whole (")
        .contains("1 × DynamicQuantizeLinear", "'halftone dequantize'");
    CommandRun again =
        CommandRun.of("quantize", out, "--mode", "dynamic", "-o", folder.resolve("again.onnx"));
    assertThat(again.code()).isEqualTo(3);
    assertThat(again.err())
        .contains("out.onnx: it is quantized already (", "'halftone dequantize'");
  }

  /** Casts of stored weights are folded, so that these are floats to whoever quantizes them. */
  @Test
  void whatIsDecodedAndQuantizedAnewIsNotSaidToBeKept() throws IOException {
    Path half = folder.resolve("half.onnx");
    Object[] first = {"--mode", "bf16", "--no-eval", "-o", half};
    assertThat(CommandRun.of(prepend("quantize", fixture.model(), first)).code()).isZero();
    CommandRun run = CommandRun.of("quantize", half, "--mode", "weights", "--no-eval", "-o", out);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).doesNotContain("kept as it is");
  }

  private static Object[] prepend(Object command, Object model, Object[] options) {
    return Stream.concat(Stream.of(command, model), Stream.of(options)).toArray();
  }

  @Test
  void theRecipeSaysWhatIsSymmetric() throws IOException {
    assertThat(quantize("--symmetric", "--target", "x86-vnni").out())
        .contains("int8 weights per channel, symmetric uint8 activations")
        .contains("warning: symmetric activations keep Relu and Clip as operators of their own");
    assertThat(quantize("--asymmetric").out())
        .contains("static, int8 weights per channel", ", uint8 activations");
    assertThat(quantize().out()).doesNotContain("symmetric");
  }

  @Test
  void aPatternThatMatchesNothingIsWarnedAbout() throws IOException {
    CommandRun run = quantize("--quantize-everything", "--exclude", "secnd", "--exclude", "f*t");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("warning: --exclude secnd matches no node; the closest names are second, ")
        .doesNotContain("f*t");
    assertThat(quantize("--include", "/first/*").err())
        .contains("--include /first/* matches no node; the closest names are first, ");
  }

  @Test
  void withJsonOnStandardOutputTheTextGoesToStandardError() throws IOException {
    CommandRun run = quantize("--json", "-");
    assertThat(run.code()).isZero();
    assertThat(run.out()).startsWith("{\n").endsWith("}\n").contains("\"command\": \"quantize\"");
    assertThat(run.err()).contains("model.onnx → ");
  }

  @Test
  void quietPrintsNothing() throws IOException {
    CommandRun run = quantize("--quiet");
    assertThat(run).isEqualTo(new CommandRun(0, "", ""));
    assertThat(out).exists();
  }

  @Test
  void judgesByOtherRowsThanItCalibratesOn() throws IOException {
    CommandRun same = quantize();
    assertThat(same.out()).contains("warning: judged by the samples that it was calibrated on");
    CommandRun overlapping = quantize("--rows", "0:64", "--eval-rows", "32:256:2");
    assertThat(overlapping.out())
        .contains("warning: 16 of the 112 samples that it was judged by were calibrated on too");
    for (String rows : new String[] {"64:256", "64:128"}) {
      CommandRun other = quantize("--rows", "0:64", "--eval-rows", rows);
      assertThat(other.code()).as(other.err()).isZero();
      assertThat(other.out()).doesNotContain("calibrated on");
    }
  }

  @Test
  void weightsGoIntoAFileOfTheirOwnOnRequest() throws IOException {
    assertThat(quantize("--external-data", "--quantize-everything").code()).isZero();
    assertThat(folder.resolve("out.onnx.data")).exists();
    assertThat(CommandRun.of("inspect", out).code()).isZero();
  }

  @Test
  void passesTheGateAndReplacesAnOlderOutput() throws IOException {
    Files.writeString(out, "older");
    CommandRun run = quantize("--max-drop", "10");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("gate --max-drop passed: top1 dropped by", "out.onnx passed 1 gate; ");
    assertThat(Files.size(out)).isGreaterThan(1000);
  }

  @Test
  void theFileSaysHowItCameToBe() throws IOException {
    assertThat(quantize("--no-eval").code()).isZero();
    String content = Files.readString(out, java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(content)
        .contains(
            "halftone.version",
            "halftone.recipe",
            "mode: static",
            "halftone.input.sha256",
            "halftone.calibration.sha256");
    assertThat(content).doesNotContain(folder.toString());
  }
}
