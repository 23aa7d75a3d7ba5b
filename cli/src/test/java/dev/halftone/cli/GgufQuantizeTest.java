package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.GgufWriter;
import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.checkpoint.gguf.ValueType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code quantize} of GGUF files. */
class GgufQuantizeTest {
  private static final Path SHARED = Path.of(System.getProperty("halftone.shared", "../../shared"));
  private static final int WIDTH = 256;

  @TempDir Path folder;
  private Path model;
  private Path out;

  @BeforeEach
  void writeModel() {
    model = folder.resolve("model.gguf");
    out = folder.resolve("out.gguf");
    write(model, WIDTH, 512);
  }

  @Test
  void writesTheMixtureAndSaysWhatCameOfIt() {
    CommandRun run = CommandRun.of("quantize", model, "--weights", "q4_k_m", "-o", out);

    assertThat(run.code()).as(run.err()).isZero();
    Gguf written = Gguf.read(out);
    assertThat(types(written))
        .containsExactly(
            "output.weight Q6_K",
            "output_norm.weight F32",
            "token_embd.weight Q4_K",
            "blk.0.attn_v.weight Q6_K",
            "blk.0.ffn_up.weight Q4_K");
    assertThat(written.metadata().keySet())
        .endsWith("general.quantization_version", "general.file_type");
    assertThat(run.out()).contains("bits per weight 32.00 → ", "Q4_K", "written to " + out);
    assertThat(names()).containsExactly("model.gguf", "out.gguf");
  }

  @Test
  void theDryRunTellsTheExactSize() throws IOException {
    CommandRun dry =
        CommandRun.of("quantize", model, "--weights", "Q5_K_M", "--dry-run", "--json", "-");
    assertThat(dry.code()).as(dry.err()).isZero();
    assertThat(names()).containsExactly("model.gguf");
    CommandRun run = CommandRun.of("quantize", model, "--weights", "Q5_K_M", "-o", out);
    assertThat(run.code()).as(run.err()).isZero();

    JsonNode json = JsonMapper.shared().readTree(dry.out());
    assertThat(json.at("/metrics/bytes.quantized").asLong()).isEqualTo(Files.size(out));
    assertThat(dry.err()).contains("token_embd.weight", "F32     → Q5_K");
  }

  @Test
  void optionsChooseTypes() {
    CommandRun run =
        CommandRun.of(
            "quantize",
            model,
            "--weights",
            "Q4_K_M",
            "--tensor-type",
            "ffn_.*=q8_0",
            "--output-tensor-type",
            "f16",
            "--token-embedding-type",
            "Q5_1",
            "-o",
            out);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(types(Gguf.read(out)))
        .contains("output.weight F16", "token_embd.weight Q5_1", "blk.0.ffn_up.weight Q8_0");
  }

  @Test
  void anyThreadsGiveTheSameBytes() throws IOException {
    Path other = folder.resolve("other.gguf");
    for (String weights : new String[] {"Q4_0", "Q3_K_L", "IQ4_XS"}) {
      assertThat(
              CommandRun.of("quantize", model, "--weights", weights, "--threads", 1, "-o", out)
                  .code())
          .isZero();
      assertThat(
              CommandRun.of("quantize", model, "--weights", weights, "--threads", 3, "-o", other)
                  .code())
          .isZero();
      assertThat(Files.mismatch(out, other)).as(weights).isEqualTo(-1);
    }
  }

  @Test
  void aSplitModelStaysSplitOnRequest() throws IOException {
    Gguf whole = Gguf.read(model);
    List<GgufTensor> tensors = List.copyOf(whole.tensors().values());
    Path parts = Files.createDirectory(folder.resolve("parts"));
    writePart(parts, 1, whole.metadata(), tensors.subList(0, 2));
    writePart(parts, 2, new LinkedHashMap<>(), tensors.subList(2, tensors.size()));
    Path first = parts.resolve("m-00001-of-00002.gguf");

    Path one = folder.resolve("one.gguf");
    assertDone("quantize", first, "--weights", "Q4_0", "-o", one);
    assertDone("quantize", model, "--weights", "Q4_0", "-o", out);
    assertThat(Files.mismatch(one, out)).as("parts make the file of the whole").isEqualTo(-1);

    Path kept = Files.createDirectory(folder.resolve("kept"));
    assertDone(
        "quantize", first, "--weights", "Q4_0", "--keep-split", "-o", kept.resolve("q.gguf"));
    assertThat(CommandRun.files(kept))
        .containsExactlyInAnyOrder("q-00001-of-00002.gguf", "q-00002-of-00002.gguf");
    Gguf split = Gguf.read(kept.resolve("q-00001-of-00002.gguf"));
    assertThat(split.tensorsOfParts()).containsExactly(2, 3);
    for (GgufTensor tensor : Gguf.read(out).tensors().values())
      assertThat(
              Objects.requireNonNull(split.tensors().get(tensor.name()))
                  .data()
                  .mismatch(tensor.data()))
          .as(tensor.name())
          .isEqualTo(-1);
  }

  private static void writePart(
      Path parts,
      int number,
      SequencedMap<String, MetadataValue> metadata,
      List<GgufTensor> tensors) {
    SequencedMap<String, MetadataValue> own = new LinkedHashMap<>(metadata);
    own.put("split.no", MetadataValue.of(ValueType.UINT16, number - 1));
    own.put("split.count", MetadataValue.of(ValueType.UINT16, 2));
    own.put("split.tensors.count", MetadataValue.of(ValueType.INT32, 5));
    GgufWriter.write(parts.resolve("m-%05d-of-00002.gguf".formatted(number)), own, tensors);
  }

  private static void assertDone(Object... arguments) {
    CommandRun run = CommandRun.of(arguments);
    assertThat(run.code()).as(run.err()).isZero();
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws IOException {
    assertRefused(2, "'Q9_K' is no type of GGUF files", "--weights", "Q9_K");
    assertRefused(2, "--calibration has no meaning for a GGUF model", "--calibration", "mse");
    assertRefused(2, "there is no Q9", "--output-tensor-type", "Q9");
    assertRefused(2, "is not PATTERN=TYPE", "--tensor-type", "ffn");
    assertRefused(3, "IQ2_XS is useless without importance weights", "--weights", "IQ2_XS");
    assertRefused(3, model + ": tensor ", "--weights", "IQ2_XS");
    Path text = Files.writeString(folder.resolve("im.dat"), "no importance at all");
    assertRefused(3, text.toString(), "--imatrix", text.toString());
    assertRefused(2, "nowhere.dat: no such file", "--imatrix", folder.resolve("nowhere.dat"));
  }

  @Test
  void theNameOfASafetensorsFileIsRefused() {
    CommandRun run = CommandRun.of("quantize", model, "-o", folder.resolve("x.safetensors"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().lines().findFirst().orElseThrow())
        .endsWith("x.safetensors is a safetensors file by its name");
  }

  @Test
  void optionsOfGgufFilesMeanNothingElsewhere() throws IOException {
    CommandRun run =
        CommandRun.of("quantize", new Fixture(folder).model(), "--pure", "-o", folder.resolve("x"));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--pure has no meaning for an ONNX model");
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aKilledRunGoesOnWhereItWas() throws Exception {
    Path large = folder.resolve("large.gguf");
    write(large, 2048, 4096);
    Path whole = folder.resolve("whole.gguf");
    assertThat(CommandRun.of("quantize", large, "--weights", "IQ4_XS", "-o", whole).code())
        .isZero();
    Path journal = folder.resolve(".out.gguf.journal");
    int killed = 0;
    for (int units : new int[] {2, 9, 20}) {
      Process process = start(large);
      while (process.isAlive() && lines(journal) < units) Thread.sleep(1);
      process.destroyForcibly();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      if (Files.exists(journal)) killed++;
    }
    assertThat(killed).as("runs that were killed in time").isPositive();
    assertThat(Files.exists(out)).isFalse();
    assertThat(lines(journal)).isGreaterThan(2);
    CommandRun last = CommandRun.of("quantize", large, "--weights", "IQ4_XS", "-o", out);

    assertThat(last.code()).as(last.err()).isZero();
    assertThat(Files.mismatch(whole, out)).isEqualTo(-1);
    assertThat(names()).containsExactly("large.gguf", "model.gguf", "out.gguf", "whole.gguf");
  }

  @Test
  void filesOfLlamaCppComeOutByteForByte() throws IOException {
    Path golden = SHARED.resolve("golden/gguf");
    assumeTrue(Files.exists(golden), "golden/gguf is not there");
    CommandRun run =
        CommandRun.of(
            "quantize", golden.resolve("e2e-input.gguf"), "--weights", "Q4_K_M", "-o", out);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(Files.mismatch(out, golden.resolve("e2e-q4_k_m.gguf"))).isEqualTo(-1);
  }

  private Process start(Path large) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "dev.halftone.cli.Main",
            "quantize",
            large.toString(),
            "--weights",
            "IQ4_XS",
            "-o",
            out.toString());
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static long lines(Path journal) throws IOException {
    if (!Files.exists(journal)) return 0;
    try (Stream<String> lines = Files.lines(journal)) {
      return lines.count();
    }
  }

  private void assertRefused(int code, String message, Object... options) throws IOException {
    List<String> before = names();
    Object[] arguments =
        Stream.concat(Stream.of("quantize", model, "-o", out), Stream.of(options)).toArray();
    CommandRun run = CommandRun.of(arguments);

    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(run.err().lines().findFirst().orElseThrow()).contains(message);
    assertThat(names()).isEqualTo(before);
  }

  private List<String> names() {
    try {
      return CommandRun.files(folder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> types(Gguf gguf) {
    return gguf.tensors().values().stream()
        .map(tensor -> tensor.name() + " " + tensor.type().name())
        .toList();
  }

  static void write(Path file, int width, int rows) {
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", MetadataValue.of("llama"));
    for (String key : List.of("block_count", "attention.head_count", "attention.head_count_kv"))
      metadata.put("llama." + key, MetadataValue.of(ValueType.UINT32, 1));
    Random random = new Random(5);
    List<GgufTensor> tensors = new ArrayList<>();
    tensors.add(tensor(random, "token_embd.weight", width, rows));
    tensors.add(tensor(random, "blk.0.attn_v.weight", width, width));
    tensors.add(tensor(random, "blk.0.ffn_up.weight", width, rows));
    tensors.add(tensor(random, "output_norm.weight", width));
    tensors.add(tensor(random, "output.weight", width, rows));
    GgufWriter.write(file, metadata, tensors);
  }

  private static GgufTensor tensor(Random random, String name, long... dimensions) {
    TensorInfo info = new TensorInfo(name, Plain.F32, dimensions);
    float[] values = new float[(int) (info.rows() * info.columns())];
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return new GgufTensor(info, MemorySegment.ofArray(values));
  }
}
