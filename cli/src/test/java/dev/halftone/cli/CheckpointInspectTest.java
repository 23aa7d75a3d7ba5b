package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.checkpoint.gguf.GgufWriter;
import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.tensor.DType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code inspect} of weights without a graph. */
class CheckpointInspectTest {
  @TempDir Path folder;

  @Test
  void countsTypesAndListsTensorsOfAFolder() throws IOException {
    Path llama = LlamaFolder.write(folder.resolve("llama"), 5, DType.BFLOAT16);
    CommandRun run = CommandRun.of("inspect", llama);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("model.safetensors: safetensors, 1 file")
        .containsPattern("12 BFLOAT16 +1.49 MB, 16.00 bits each")
        .containsPattern("config.json architectures +\\[\"LlamaForCausalLM\"]")
        .containsPattern("model.layers.0.self_attn.k_proj.weight +128×256 +BFLOAT16 +65.5 KB");
  }

  @Test
  void readsWhatQuantizeWrites() throws IOException {
    Path llama = LlamaFolder.write(folder.resolve("llama"), 5, DType.BFLOAT16);
    Path gguf = folder.resolve("q.gguf");
    assertThat(CommandRun.of("quantize", llama, "--weights", "Q4_K_M", "-o", gguf).code()).isZero();
    CommandRun run = CommandRun.of("inspect", gguf);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("q.gguf: GGUF, 1 file")
        .containsPattern("Q4_K +[0-9.]+ KB, 4.50 bits each")
        .containsPattern("general.architecture +llama");
    Path packed = folder.resolve("packed");
    assertThat(CommandRun.of("quantize", llama, "--weights", "int4", "-o", packed).code()).isZero();
    assertThat(CommandRun.of("inspect", packed).out())
        .containsPattern("quantization_config.format +\"pack-quantized\"")
        .containsPattern("group_0.weights.num_bits +4");
  }

  @Test
  void refusesAFileThatWasCutShort() throws IOException {
    Path model = folder.resolve("model.gguf");
    GgufQuantizeTest.write(model, 256, 64);
    try (RandomAccessFile file = new RandomAccessFile(model.toFile(), "rw")) {
      file.setLength(40);
    }
    CommandRun run = CommandRun.of("inspect", model);
    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("model.gguf at byte").hasLineCount(1);
  }

  @Test
  void aFolderWithoutAModelIsNone() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    CommandRun run = CommandRun.of("inspect", empty);
    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("neither model.safetensors nor model.safetensors.index.json");
  }

  @Test
  void whatFilesSayDoesNotSteerTheTerminal() {
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", MetadataValue.of("llama"));
    metadata.put("general.name", MetadataValue.of("\u001b[31mred\nline " + "x".repeat(500)));
    Path model = folder.resolve("model.gguf");
    GgufWriter.write(model, metadata, List.of());
    CommandRun run = CommandRun.of("inspect", model);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("?[31mred line xxx").doesNotContain("\u001b", "x".repeat(80));
  }
}
