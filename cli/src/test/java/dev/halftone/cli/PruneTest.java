package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.graph.Model;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.quantize.dequantize.Dequantizer;
import dev.halftone.quantize.fold.Folding;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Pruning through the command line: file in, file out, evidence printed; then quantization. */
class PruneTest {
  private static final Path DIGITS = Path.of("..", "examples", "digits");

  @TempDir Path folder;
  private Fixture fixture;
  private Path out;

  @BeforeEach
  void prepare() {
    fixture = new Fixture(folder);
    out = folder.resolve("out.onnx");
  }

  private CommandRun prune(Object... options) throws IOException {
    Object[] fixed = {
      "prune",
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

  private CommandRun digits(String command, Path model, Path result, Object... options) {
    Object[] fixed = {
      command,
      model,
      "--data",
      DIGITS.resolve("samples.idx.gz"),
      "--eval-data",
      DIGITS.resolve("test.idx.gz"),
      "--eval-labels",
      DIGITS.resolve("test-labels.idx.gz"),
      "--no-latency",
      "-o",
      result
    };
    return CommandRun.of(Stream.concat(Stream.of(fixed), Stream.of(options)).toArray());
  }

  @Test
  void saysWhatBecameOfEachLayerAndWhatItCost() throws IOException {
    CommandRun run = prune("--sparsity", "0.5", "--json", folder.resolve("run.json"));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            "50 % of the weights by magnitude, over all layers",
            "2 of 2 layers: 50.00 % of 8,704 weights are zero",
            "MatMul         first",
            "zipped",
            "agreement");
    JsonNode json = JsonMapper.shared().readTree(Files.readString(folder.resolve("run.json")));
    assertThat(json.at("/metrics/sparsity").asDouble()).isEqualTo(0.5);
    assertThat(json.at("/recipe/scope").asString()).isEqualTo("global");
    assertThat(json.at("/layers/0/zeros").asLong() + json.at("/layers/1/zeros").asLong())
        .isEqualTo(4352);
    assertThat(json.at("/metrics/zipped_bytes.quantized").asDouble())
        .isLessThan(0.7 * json.at("/metrics/zipped_bytes.reference").asDouble());
    Map<String, String> metadata = OnnxReader.read(out).metadata();
    assertThat(metadata).containsKeys("halftone.prune", "halftone.input.sha256");
  }

  @Test
  void severalLayersAreLeftByOneOption() throws IOException {
    CommandRun run = prune("--sparsity", "0.5", "--exclude", "nobody,first");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("1 of 2 layers");
  }

  @Test
  void channelsMakeTheFileSmaller() throws IOException {
    CommandRun run = prune("--channels", "0.25");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("1 of 2 layers: 24.24 % of 132 channels are gone", "output of the model");
    assertThat((double) Files.size(out) / Files.size(fixture.model())).isBetween(0.7, 0.8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--sparsity 0.5 --method wanda",
        "--pattern 2:4 --method wanda",
        "--sparsity 0.5 --method sparsegpt"
      })
  void threadsChangeNoBit(String options) throws IOException {
    Object[] asked = options.split(" ");
    assertThat(prune(Stream.concat(Stream.of(asked), Stream.of("--threads", 1)).toArray()).code())
        .isZero();
    byte[] once = Files.readAllBytes(out);
    assertThat(prune(Stream.concat(Stream.of(asked), Stream.of("--threads", 3)).toArray()).code())
        .isZero();
    assertThat(Files.readAllBytes(out)).isEqualTo(once);
  }

  @Test
  void weightsInAFileOfTheirOwn() throws IOException {
    Path external = fixture.modelWithExternalData();
    CommandRun run =
        CommandRun.of("prune", external, "--sparsity", "0.5", "--external-data", "-o", out);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(folder.resolve("out.onnx.data")).isNotEmptyFile();
    CommandRun inside =
        CommandRun.of(
            "prune", fixture.model(), "--sparsity", "0.5", "-o", folder.resolve("in.onnx"));
    assertThat(inside.code()).isZero();
    assertThat(zeros(OnnxReader.read(out)))
        .isEqualTo(zeros(OnnxReader.read(folder.resolve("in.onnx"))));
  }

  private static long zeros(Model model) {
    return model.graph().initializers().values().stream().mapToLong(PruneTest::zeros).sum();
  }

  private static long zeros(Tensor tensor) {
    long zeros = 0;
    for (float value : tensor.toFloats()) if (value == 0) zeros++;
    return zeros;
  }

  @Test
  void aDryRunWritesNothing() throws IOException {
    CommandRun run = CommandRun.of("prune", fixture.model(), "--pattern", "2:4", "--dry-run");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("nothing written", "50.00 %");
    assertThat(CommandRun.files(folder)).containsExactly("model.onnx");
  }

  @Test
  void aMissedGateLeavesNothing() throws IOException {
    CommandRun run = prune("--sparsity", "0.99", "--max-drop", "1");
    assertThat(run.code()).isEqualTo(ExitCode.GATE_MISSED);
    assertThat(run.err()).contains("gate --max-drop missed");
    assertThat(run.out()).contains("nothing written");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "| one of --sparsity, --pattern and --channels is needed",
        "--sparsity 0.5 --channels 0.3 | and 2 are given",
        "--sparsity 1 | a share of 1.0",
        "--pattern 4:2 | pattern 4:2",
        "--pattern half | expected N:M",
        "--sparsity 0.5 --method taylor | expected magnitude or wanda or sparsegpt",
        "--channels 0.5 --method wanda | --method has no meaning with --channels",
        "--pattern 2:4 --scope layer | --scope has a meaning with --sparsity",
        "--sparsity 0.5 --norm l1 | --norm has a meaning with --channels only",
        "--sparsity 0.5 --multiple 4 | --multiple has a meaning with --channels only",
        "--channels 0.5 --multiple 0 | multiples of 0",
        "--sparsity 0.5 --method wanda | --method wanda or sparsegpt needs --data",
        "--pattern 2:4 --method sparsegpt | --method wanda or sparsegpt needs --data",
        "--sparsity 0.5 --max-drop 1 | --max-drop needs --data"
      })
  void contradictionsAreWrongUsage(String options, String message) {
    Object[] fixed = {"prune", fixture.model(), "-o", out};
    Stream<String> asked = options == null ? Stream.of() : Arrays.stream(options.split(" "));
    CommandRun run = CommandRun.of(Stream.concat(Stream.of(fixed), asked).toArray());
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains(message);
    assertThat(out).doesNotExist();
  }

  @Test
  void whatCannotBePrunedIsRefused() throws IOException {
    CommandRun none = CommandRun.of("prune", fixture.imageModel(), "--pattern", "2:4", "-o", out);
    assertThat(none.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(none.err()).contains("nothing in it can be pruned as asked", "multiple of 4");
    assertThat(prune("--sparsity", "0.5", "--include", "nobody").err())
        .contains("nothing in it can be pruned as asked");
    CommandRun nan = CommandRun.of("prune", fixture.modelWithNan(), "--sparsity", "0.5", "-o", out);
    assertThat(nan.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(nan.err()).contains("NaN at element 17");
    Path quantized = folder.resolve("int8.onnx");
    assertThat(
            CommandRun.of("quantize", fixture.model(), "--mode", "weights", "-o", quantized).code())
        .isZero();
    CommandRun again = CommandRun.of("prune", quantized, "--sparsity", "0.5", "-o", out);
    assertThat(again.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(again.err()).contains("quantized already", "prune before quantizing");
  }

  /** Prune, then quantize: what was zero is zero in the integers too, whatever the zero points. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--mode static",
        "--mode weights",
        "--mode weights --weights uint8 --asymmetric",
        "--mode weights --weights int4"
      })
  void quantizationKeepsZeros(String options) throws IOException {
    Path sparse = folder.resolve("sparse.onnx");
    CommandRun pruned = digits("prune", DIGITS.resolve("digits.onnx"), sparse, "--sparsity", "0.5");
    assertThat(pruned.code()).as(pruned.err()).isZero();
    CommandRun run = digits("quantize", sparse, out, (Object[]) options.split(" "));
    assertThat(run.code()).as(run.err()).isZero();
    assertZerosKept(sparse, out);
  }

  /**
   * Each weight that was quantized has its zeros where a weight of its name had them, turned or
   * not, with or without input channels behind its own.
   */
  private static void assertZerosKept(Path sparse, Path quantized) {
    Map<String, Tensor> before = Folding.fold(OnnxReader.read(sparse)).graph().initializers();
    Map<String, Tensor> after =
        Folding.fold(Dequantizer.toFloat(OnnxReader.read(quantized))).graph().initializers();
    int compared = 0;
    for (Map.Entry<String, Tensor> weight : after.entrySet()) {
      Tensor was = before.get(weight.getKey().replace("_dequantized", ""));
      if (was == null || was.rank() < 2 || zeros(was) == 0) continue;
      assertThat(keepsZeros(was, weight.getValue())).as(weight.getKey()).isTrue();
      compared++;
    }
    assertThat(compared).as(after.keySet() + " of " + before.keySet()).isGreaterThan(4);
  }

  private static boolean keepsZeros(Tensor before, Tensor after) {
    float[] was = before.toFloats();
    float[] is = after.toFloats();
    boolean turned = before.rank() == 2 && !Arrays.equals(before.shape(), after.shape());
    int columns = (int) before.dimension(-1);
    int rows = was.length / columns;
    int each = (int) (before.count() / before.dimension(0));
    int padded = (int) (after.count() / after.dimension(0));
    for (int i = 0; i < was.length; i++) {
      int place = turned ? i % columns * rows + i / columns : i / each * padded + i % each;
      if (was[i] == 0 && is[place] != 0) return false;
    }
    return true;
  }

  /** Figures of a trained network, at the accuracy that no retraining leaves. */
  @ParameterizedTest
  @CsvSource({"--sparsity 0.3, 75, 77.5", "--pattern 6:8, 70, 85"})
  void residualNetwork(String options, double least, double zipped) throws IOException {
    Path shared =
        Path.of(System.getProperty("halftone.shared", Path.of("..", "..", "shared").toString()));
    Path model = shared.resolve("data/mlperf-tiny/resnet8_cifar10.onnx");
    assumeTrue(Files.exists(model), () -> "no " + model);
    Path data = folder.resolve("data.yaml");
    Files.writeString(
        data,
        "root: %s\ninputs:\n  input: {cifar: mlperf-tiny/ic01/ic01.bin}\ntask: classify\n"
            .formatted(shared.resolve("data").toAbsolutePath()));
    Path json = folder.resolve("run.json");
    Object[] fixed = {"prune", model, "--data", data, "--no-latency", "-o", out, "--json", json};
    CommandRun run =
        CommandRun.of(Stream.concat(Stream.of(fixed), Stream.of(options.split(" "))).toArray());
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode metrics = JsonMapper.shared().readTree(Files.readString(json)).get("metrics");
    assertThat(metrics.get("top1.reference").asDouble()).isEqualTo(85.5);
    assertThat(metrics.get("top1.quantized").asDouble()).isGreaterThan(least);
    assertThat(
            100
                * metrics.get("zipped_bytes.quantized").asDouble()
                / metrics.get("zipped_bytes.reference").asDouble())
        .isLessThan(zipped);
    Path integers = folder.resolve("int8.onnx");
    CommandRun quantized =
        CommandRun.of(
            "quantize", out, "--data", data, "--rows", "0:32", "--no-eval", "-o", integers);
    assertThat(quantized.code()).as(quantized.err()).isZero();
    assertZerosKept(out, integers);
  }
}
