package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.checkpoint.safetensors.SafetensorsWriter;
import dev.halftone.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code quantize} of folders as Hugging Face has them. */
class FolderQuantizeTest {
  private static final Path DATA =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "data", "llm");

  @TempDir Path folder;

  @Test
  void storiesBecomeTheFilesBesideThem() {
    Path stories = DATA.resolve("stories260K");
    assumeTrue(Files.exists(stories), "data/llm/stories260K is not there");
    for (String type : List.of("F32", "F16")) {
      Gguf made = Gguf.read(quantized(stories, type));
      same(made, Gguf.read(stories.resolve("stories260K-%s.gguf".formatted(type))));
      assertThat(made.metadata().get("llama.rope.dimension_count")).hasToString("8");
    }
  }

  @Test
  void shakespeareBecomesTheFileBesideItRoundedToHalves() {
    Path shakespeare = DATA.resolve("shakespeare-bytes");
    assumeTrue(Files.exists(shakespeare), "data/llm/shakespeare-bytes is not there");
    Gguf made = Gguf.read(quantized(shakespeare, "F32"));
    Gguf other = Gguf.read(shakespeare.resolve("shakespeare-bytes-F32.gguf"));
    assertThat(made.tensors().keySet()).hasSameElementsAs(other.tensors().keySet());
    for (GgufTensor tensor : made.tensors().values()) {
      GgufTensor expected = Objects.requireNonNull(other.tensors().get(tensor.name()));
      assertThat(tensor.info()).isEqualTo(expected.info());
      float[] rounded = expected.tensor().orElseThrow().toFloats();
      for (int i = 0; i < rounded.length; i++)
        rounded[i] = Float.float16ToFloat(Float.floatToFloat16(rounded[i]));
      assertThat(tensor.tensor().orElseThrow().toFloats()).as(tensor.name()).isEqualTo(rounded);
    }
  }

  @Test
  void onePassGivesTheBytesOfTwo() throws IOException {
    Path model = llama();
    for (String type : List.of("Q4_K_M", "Q8_0", "IQ4_XS")) {
      Path direct = quantized(model, type);
      Path through = quantized(quantized(model, "F32"), type);
      assertThat(Files.mismatch(direct, through)).as(type).isEqualTo(-1);
    }
  }

  @Test
  void saysWhatItMade() throws IOException {
    Path out = folder.resolve("out.gguf");
    CommandRun run = CommandRun.of("quantize", llama(), "-o", out, "--json", "-");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode json = JsonMapper.shared().readTree(run.out());
    assertThat(json.at("/metrics/bytes.quantized").asLong()).isEqualTo(Files.size(out));
    assertThat(json.at("/recipe/weights").asString()).isEqualTo("Q4_K_M");
    assertThat(json.at("/warnings/0").asString()).contains("has no vocabulary");
    assertThat(run.err()).contains("warning: ", "has no vocabulary", "written to " + out);
  }

  @Test
  void anyThreadsAndAnyNumberOfFilesGiveTheSameBytes() throws IOException {
    Path model = llama();
    Path one = folder.resolve("one.gguf");
    Path many = folder.resolve("many.gguf");
    assertThat(CommandRun.of("quantize", model, "--threads", 1, "-o", one).code()).isZero();
    SafetensorsModel whole = SafetensorsModel.read(model);
    Files.delete(model.resolve("model.safetensors"));
    SafetensorsWriter.writeModel(model, whole.metadata(), whole.tensors(), 300_000);
    assertThat(SafetensorsModel.read(model).paths()).hasSizeGreaterThan(3);
    assertThat(CommandRun.of("quantize", model, "--threads", 3, "-o", many).code()).isZero();
    assertThat(Files.mismatch(one, many)).isEqualTo(-1);
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws IOException {
    Path model = llama();
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertRefused(3, "empty: a folder without config.json", empty, "-o", folder.resolve("x"));
    assertRefused(2, "-o OUT is missing", model);
    assertRefused(2, "--keep-split", model, "--keep-split", "-o", folder.resolve("x"));
    assertRefused(2, "both input and output", model, "-o", model.resolve("model.safetensors"));
    assertRefused(2, "--mode has no meaning", model, "--mode", "weights", "-o", empty.resolve("x"));
    Files.writeString(model.resolve("config.json"), "{\"architectures\":[\"BertModel\"]}");
    assertRefused(3, "architecture BertModel", model, "-o", folder.resolve("x"));
    assertThat(CommandRun.files(folder))
        .containsExactly("empty", "model", "model/config.json", "model/model.safetensors");
  }

  private void assertRefused(int code, String message, Object... arguments) {
    CommandRun run =
        CommandRun.of(Stream.concat(Stream.of("quantize"), Stream.of(arguments)).toArray());
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(run.err().lines().findFirst().orElseThrow()).contains(message);
  }

  private Path quantized(Path model, String type) {
    Path out = folder.resolve("%s-%s.gguf".formatted(model.getFileName(), type));
    CommandRun run = CommandRun.of("quantize", model, "--weights", type, "-o", out);
    assertThat(run.code()).as(run.err()).isZero();
    return out;
  }

  private static void same(Gguf made, Gguf expected) {
    assertThat(made.tensors().keySet()).hasSameElementsAs(expected.tensors().keySet());
    for (GgufTensor tensor : made.tensors().values()) {
      GgufTensor other = Objects.requireNonNull(expected.tensors().get(tensor.name()));
      assertThat(tensor.info()).isEqualTo(other.info());
      assertThat(tensor.data().mismatch(other.data())).as(tensor.name()).isEqualTo(-1);
    }
  }

  private Path llama() throws IOException {
    return LlamaFolder.write(folder.resolve("model"), 3, DType.FLOAT32);
  }
}
