package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.safetensors.Safetensors;
import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.checkpoint.safetensors.SafetensorsWriter;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code quantize} and {@code dequantize} of one safetensors file. */
class SafetensorsFileTest {
  private static final Path DATA =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "data", "llm");

  @TempDir Path folder;

  private Path model;
  private Path file;

  @BeforeEach
  void writeModel() throws IOException {
    model = LlamaFolder.write(path("model"), 13, DType.BFLOAT16);
    file = model.resolve("model.safetensors");
  }

  @ParameterizedTest
  @CsvSource({
    "int4, weights",
    "int8, weights",
    "int8, dynamic",
    "fp8-e4m3, weights",
    "fp8-e4m3, dynamic"
  })
  void aFileHasTheTensorsOfAFolder(String weights, String mode) throws IOException {
    Path out = path("out.safetensors");
    JsonNode json = run("quantize", file, "--weights", weights, "--mode", mode, "-o", out);
    run("quantize", model, "--weights", weights, "--mode", mode, "-o", path("folder"));
    assertThat(CommandRun.files(folder).stream().filter(name -> name.contains("out")))
        .containsExactly("out.safetensors");
    assertSame(SafetensorsModel.read(out), SafetensorsModel.read(path("folder")));
    CompressedTensors made = CompressedTensors.readFile(out);
    assertThat(made.config()).isEqualTo(CompressedTensors.read(path("folder")).config());
    assertThat(json.at("/metrics/bytes.quantized").asLong()).isEqualTo(size(out));
    assertThat(json.at("/output/path").asString()).isEqualTo(out.toString());
  }

  @Test
  void theNameOfTheOutputDecides() throws IOException {
    run("quantize", file, "--weights", "int4", "-o", path("folder"));
    assertThat(CommandRun.files(path("folder")))
        .containsExactly("config.json", "model.safetensors");
    run("quantize", model, "--weights", "int4", "-o", path("one.safetensors"));
    assertSame(
        SafetensorsModel.read(path("one.safetensors")), SafetensorsModel.read(path("folder")));
    CommandRun dry =
        CommandRun.of("quantize", file, "--weights", "int4", "--dry-run", "--json", "-");
    assertThat(JsonMapper.shared().readTree(dry.out()).at("/metrics/bytes.quantized").asLong())
        .isEqualTo(size(path("one.safetensors")));
  }

  /** Which needs no name for the result, and has nothing to write over. */
  @Test
  void aDryRunTellsTheSizeOfTheGguf() throws IOException {
    CommandRun dry =
        CommandRun.of("quantize", file, "--weights", "F16", "--dry-run", "--json", "-");
    assertThat(dry.code()).as(dry.err()).isZero();
    run("quantize", file, "--weights", "F16", "-o", path("out.gguf"));
    JsonNode json = JsonMapper.shared().readTree(dry.out());
    assertThat(json.at("/metrics/bytes.quantized").asLong()).isEqualTo(size(path("out.gguf")));
  }

  /** With the original's config.json beside it the file is a model again. */
  @Test
  void whatWasWrittenIsReadAgain() throws IOException {
    run("quantize", file, "--weights", "int4", "-o", model.resolve("int4.safetensors"));
    run("quantize", model.resolve("int4.safetensors"), "--weights", "F32", "-o", path("a.gguf"));
    run("dequantize", model.resolve("int4.safetensors"), "-o", path("floats.safetensors"));
    Files.copy(model.resolve("config.json"), path("config.json"));
    run("quantize", path("floats.safetensors"), "--weights", "F32", "-o", path("b.gguf"));
    Gguf direct = Gguf.read(path("a.gguf"));
    CompressedTensors exact = CompressedTensors.readFile(model.resolve("int4.safetensors"));
    GgufTensor down = Objects.requireNonNull(direct.tensors().get("blk.0.ffn_down.weight"));
    assertThat(down.tensor().orElseThrow().toFloats())
        .isEqualTo(exact.decode("model.layers.0.mlp.down_proj"));
    assertThat(Gguf.read(path("b.gguf")).tensors().keySet()).isEqualTo(direct.tensors().keySet());
    Safetensors floats = Safetensors.read(path("floats.safetensors"));
    assertThat(floats.metadata()).doesNotContainKey("quantization_config");
    assertThat(floats.tensors().values().stream().map(Tensor::dtype)).containsOnly(DType.BFLOAT16);
  }

  /** A file that tells in its metadata how it is quantized needs nothing else to become floats. */
  @Test
  void dequantizeNeedsNoConfig() throws IOException {
    run("quantize", file, "--weights", "int8", "-o", path("int8.safetensors"));
    run("dequantize", path("int8.safetensors"), "-o", path("floats.safetensors"));
    assertThat(Safetensors.read(path("floats.safetensors")).tensors().keySet())
        .hasSameElementsAs(Safetensors.read(file).tensors().keySet());
    Files.writeString(path("other.txt"), "of no model");
    run("dequantize", path("int8.safetensors"), "-o", path("floats"));
    assertThat(CommandRun.files(path("floats"))).containsExactly("model.safetensors");
  }

  @Test
  void aFileBecomesTheGgufOfItsFolder() throws IOException {
    Path stories = DATA.resolve("stories260K");
    assumeTrue(Files.exists(stories), "data/llm/stories260K is not there");
    run("quantize", stories, "--weights", "Q8_0", "-o", path("a.gguf"));
    run(
        "quantize",
        stories.resolve("model.safetensors"),
        "--weights",
        "Q8_0",
        "-o",
        path("b.gguf"));
    assertThat(Files.mismatch(path("a.gguf"), path("b.gguf"))).isEqualTo(-1);
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws IOException {
    Path out = path("out.safetensors");
    assertRefused(2, "is both input and output", file, "--weights", "int4", "-o", file);
    assertRefused(2, "is both input and output", model, "--weights", "int4", "-o", file);
    assertRefused(2, "by its name; --weights int4, int8, fp8-e4m3 make one", file, "-o", out);
    assertRefused(2, "missing.safetensors", path("missing.safetensors"), "-o", path("x.gguf"));
    Path alone = path("alone.safetensors");
    Files.copy(file, alone);
    assertRefused(3, "no config.json beside it", alone, "--weights", "int4", "-o", out);
    assertRefused(3, "no config.json beside it", alone, "--weights", "Q8_0", "-o", path("x.gguf"));
    Path part = model.resolve("model-00001-of-00002.safetensors");
    Files.copy(file, part);
    assertRefused(3, "one of several files of a model", part, "--weights", "int4", "-o", out);
    Files.delete(part);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertRefused(3, "ends at offset", file, "--weights", "int4", "-o", out);
    Files.write(file, bytes);
    rewrite(Map.of("quantization_config", "{\"quant_method\": 4}"));
    assertRefused(
        3, "__metadata__.quantization_config.quant_method", file, "--weights", "int4", "-o", out);
    rewrite(Map.of("quantization_config", "not JSON"));
    assertRefused(3, "__metadata__.quantization_config", file, "--weights", "int4", "-o", out);
    assertThat(CommandRun.files(folder))
        .containsExactly(
            "alone.safetensors", "model", "model/config.json", "model/model.safetensors");
  }

  private void rewrite(Map<String, String> metadata) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>(Safetensors.read(file).tensors());
    SafetensorsWriter.write(file, metadata, tensors);
  }

  private static void assertSame(SafetensorsModel found, SafetensorsModel expected) {
    assertThat(found.tensors().keySet()).hasSameElementsAs(expected.tensors().keySet());
    found
        .tensors()
        .forEach(
            (name, tensor) ->
                assertThat(tensor.sameAs(Objects.requireNonNull(expected.tensors().get(name))))
                    .as(name)
                    .isTrue());
  }

  private static void assertRefused(int code, String message, Object... arguments) {
    CommandRun run =
        CommandRun.of(Stream.concat(Stream.of("quantize"), Stream.of(arguments)).toArray());
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(run.err().lines().findFirst().orElseThrow()).contains(message);
  }

  private static JsonNode run(Object... arguments) {
    CommandRun run =
        CommandRun.of(Stream.concat(Stream.of(arguments), Stream.of("--json", "-")).toArray());
    assertThat(run.code()).as(run.err()).isZero();
    return JsonMapper.shared().readTree(run.out());
  }

  private static long size(Path path) {
    return path.toFile().length();
  }

  private Path path(String name) {
    return folder.resolve(name);
  }
}
