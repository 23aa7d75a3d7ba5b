package dev.halftone.bench.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.graph.Model;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The generators at a size that a test can afford; the shapes are the same. */
final class GeneratorsTest {
  @TempDir Path folder;

  @Test
  void bertLikeHasItsLayers() throws IOException {
    Path file = folder.resolve("bert.onnx");
    BertLike.writeModel(file, 50, 1);
    Model model = OnnxReader.read(file);
    assertThat(model.graph().nodes().stream().filter(node -> node.is("MatMul"))).hasSize(9);
    assertThat(model.graph().nodes().stream().filter(node -> node.is("LayerNormalization")))
        .hasSize(3);
    assertThat(initializer(model, "layer0.inner.weight").shape()).containsExactly(768, 3072);
  }

  @Test
  void bertLikeIsTheSameEveryTime() throws IOException {
    Path first = folder.resolve("first.onnx");
    Path second = folder.resolve("second.onnx");
    BertLike.writeModel(first, 10, 0);
    BertLike.writeModel(second, 10, 0);
    assertThat(Files.mismatch(first, second)).isEqualTo(-1);
  }

  @Test
  void bigExternalKeepsItsWeightsBesideIt() throws IOException {
    Path file = folder.resolve("big.onnx");
    BigExternal.writeModel(file, 64, 96);
    assertThat(Files.size(file)).isLessThan(8_000);
    assertThat(Files.size(folder.resolve("big.onnx.data")))
        .isGreaterThanOrEqualTo(10 * 64 * 96 * 4);
    Tensor weight = initializer(OnnxReader.read(file), "block4.down.weight");
    assertThat(weight.shape()).containsExactly(96, 64);
    double squares = 0;
    for (float value : weight.toFloats()) squares += (double) value * value;
    assertThat(squares / weight.count()).isBetween(0.9 / 96, 1.1 / 96);
  }

  @Test
  void llamaLikeIsAModelOfHalves() {
    Path file = folder.resolve("llama.gguf");
    LlamaLike.write(file, new LlamaLike.Shape(2, 256, 512, 4, 2, 300), 2);
    Gguf model = Gguf.read(file);
    assertThat(model.tensors()).hasSize(2 * 9 + 3);
    GgufTensor keys = Objects.requireNonNull(model.tensors().get("blk.1.attn_k.weight"));
    assertThat(keys.info().shape()).containsExactly(128, 256);
    assertThat(keys.type().name()).isEqualTo("F16");
    float[] values = keys.tensor().orElseThrow().toFloats();
    double squares = 0;
    for (float value : values) squares += (double) value * value;
    assertThat(Math.sqrt(squares / values.length)).isBetween(0.019, 0.021);
  }

  @Test
  void noTemporaryFileStays() throws IOException {
    BigExternal.writeModel(folder.resolve("big.onnx"), 32, 32);
    try (var files = Files.list(folder)) {
      assertThat(files)
          .extracting(file -> file.getFileName().toString())
          .containsOnly("big.onnx", "big.onnx.data");
    }
  }

  @Test
  void npzHeadersAreAligned() throws IOException {
    Path file = folder.resolve("x.npz");
    Npz.write(file, new TreeMap<>(Map.of("x", Tensor.ofFloats(new float[] {1, 2, 3}, 3))));
    try (var zip = new java.util.zip.ZipFile(file.toFile())) {
      byte[] array = zip.getInputStream(zip.getEntry("x.npy")).readAllBytes();
      assertThat(array).hasSize(128 + 12);
      assertThat(new String(array, 10, 118, java.nio.charset.StandardCharsets.US_ASCII))
          .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }")
          .endsWith("\n");
    }
  }

  private static Tensor initializer(Model model, String name) {
    return Objects.requireNonNull(model.graph().initializers().get(name), name);
  }
}
