package dev.halftone.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsModelTest {
  private static final String A = "model-00001-of-00002.safetensors";
  private static final String B = "model-00002-of-00002.safetensors";
  private static final Map<String, String> METADATA = Map.of("format", "pt", "a \"b\"", "é\n");

  @TempDir Path folder;

  @Test
  void everyTypeComesBack() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    Random random = new Random(3);
    for (DType type : DType.values()) {
      if (ElementTypes.nameOf(type).isEmpty()) continue;
      byte[] bytes = new byte[Math.toIntExact(type.bytes(6))];
      random.nextBytes(bytes);
      tensors.put("t." + type, Tensor.ofBytes(type, bytes, 3, 2));
    }
    tensors.put("scalar \"é\\", Tensor.scalar(1));
    tensors.put("nothing", Tensor.ofFloats(new float[0], 0, 7));
    Path file = folder.resolve("x.safetensors");
    SafetensorsWriter.write(file, METADATA, tensors);
    Safetensors read = Safetensors.read(file);
    assertThat(read.metadata()).isEqualTo(METADATA);
    same(read.tensors(), tensors);
  }

  @Test
  void theHeaderIsAMultipleOfEightAndTheBytesDependOnNothingElse() throws IOException {
    for (int length = 1; length <= 8; length++) {
      SequencedMap<String, Tensor> one = new LinkedHashMap<>();
      one.put("n".repeat(length), Tensor.scalar(2));
      Path file = folder.resolve("x.safetensors");
      SafetensorsWriter.write(file, METADATA, one);
      byte[] bytes = Files.readAllBytes(file);
      long size = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
      assertThat(size % 8).isZero();
      assertThat(bytes).hasSize((int) size + 12);
      Safetensors read = Safetensors.read(file);
      SafetensorsWriter.write(file, read.metadata(), read.tensors());
      assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }
  }

  @Test
  void typesThatTheFormatLacksAreRefused() {
    SequencedMap<String, Tensor> one = new LinkedHashMap<>();
    one.put("x", Tensor.ofBytes(DType.UINT4, new byte[1], 2));
    assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("x"), Map.of(), one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("UINT4");
    one.clear();
    one.put("__metadata__", Tensor.scalar(1));
    assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("x"), Map.of(), one))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void shardsHoldAsMuchAsFitsOrOneThatIsLarger() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    int[] sizes = {2, 2, 1, 9, 3, 1, 1};
    for (int i = 0; i < sizes.length; i++) {
      float[] values = new float[sizes[i]];
      values[0] = i;
      tensors.put("t" + i, Tensor.ofFloats(values, sizes[i]));
    }
    SafetensorsWriter.writeModel(folder, METADATA, tensors, 20);
    assertThat(names())
        .containsExactly(
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors",
            "model.safetensors.index.json");
    assertThat(Safetensors.read(folder.resolve("model-00001-of-00003.safetensors")).tensors())
        .containsOnlyKeys("t0", "t1", "t2");
    assertThat(Safetensors.read(folder.resolve("model-00002-of-00003.safetensors")).tensors())
        .containsOnlyKeys("t3");
    SafetensorsModel model = SafetensorsModel.read(folder);
    assertThat(model.metadata()).isEqualTo(METADATA);
    assertThat(model.paths()).hasSize(4);
    same(model.tensors(), tensors);
  }

  @Test
  void smallModelsAreOneFile() {
    SafetensorsWriter.writeModel(folder, Map.of(), ones("a", "b"), 8);
    assertThat(names()).containsExactly("model.safetensors");
    assertThat(SafetensorsModel.isIn(folder)).isTrue();
    same(SafetensorsModel.read(folder).tensors(), ones("a", "b"));
  }

  @Test
  void folderWithoutAModel() {
    assertThat(SafetensorsModel.isIn(folder)).isFalse();
    malformed("neither model.safetensors nor model.safetensors.index.json");
  }

  @Test
  void missingShard() throws IOException {
    twoShards();
    Files.delete(folder.resolve(B));
    assertThatThrownBy(() -> SafetensorsModel.read(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(B);
  }

  @Test
  void tensorsElsewhereThanTheIndexSays() {
    twoShards();
    index("\"a\":\"%s\",\"b\":\"%s\",\"c\":\"%s\"".formatted(A, B, B));
    malformed("tensor \"c\" is not in " + B);
    index("\"a\":\"%s\",\"b\":\"%s\"".formatted(B, A));
    malformed("tensor \"a\" is in %s, expected in %s".formatted(A, B));
    SafetensorsWriter.write(folder.resolve(B), Map.of(), ones("b", "c"));
    index("\"a\":\"%s\",\"b\":\"%s\"".formatted(A, B));
    malformed("tensor \"c\" is in %s and not listed".formatted(B));
    SafetensorsWriter.write(folder.resolve(B), Map.of(), ones("b", "a"));
    malformed("tensor \"a\" is in both %s and %s".formatted(A, B));
  }

  @Test
  void filesOutsideTheFolder() {
    twoShards();
    for (String file :
        new String[] {"../x.safetensors", "/x.safetensors", "a\\\\b.safetensors", "x.bin", ""}) {
      index("\"a\":\"%s\",\"b\":\"%s\"".formatted(A, file));
      malformed("tensor \"b\" is in");
    }
  }

  @Test
  void indexThatIsNone() {
    twoShards();
    for (String text : new String[] {"", "[]", "{", "{}", "{\"weight_map\":3}", "nothing"}) {
      indexText(text);
      malformed("model.safetensors.index.json");
    }
    index("");
    malformed("expected a weight_map");
    index("\"a\":1");
    malformed("expected a file for tensor a");
    index("\"a\":\"%s\",\"a\":\"%s\"".formatted(A, B));
    malformed("Duplicate");
  }

  @Test
  void realModelsComeBack() throws IOException {
    Path data = Path.of(System.getProperty("halftone.shared", "../../shared"), "data", "llm");
    Assumptions.assumeTrue(Files.isDirectory(data), "needs data/llm");
    for (String name : new String[] {"stories260K", "shakespeare-bytes"}) {
      SafetensorsModel model = SafetensorsModel.read(data.resolve(name));
      Path copy = Files.createDirectory(folder.resolve(name));
      SafetensorsWriter.writeModel(copy, model.metadata(), model.tensors(), Long.MAX_VALUE);
      same(SafetensorsModel.read(copy).tensors(), model.tensors());
      Path parts = Files.createDirectory(folder.resolve(name + "-parts"));
      SafetensorsWriter.writeModel(parts, model.metadata(), model.tensors(), 300_000);
      SafetensorsModel again = SafetensorsModel.read(parts);
      assertThat(again.paths()).hasSizeGreaterThan(4);
      assertThat(again.metadata()).isEqualTo(model.metadata());
      same(again.tensors(), model.tensors());
    }
  }

  private void twoShards() {
    SafetensorsWriter.write(folder.resolve(A), Map.of(), ones("a"));
    SafetensorsWriter.write(folder.resolve(B), Map.of(), ones("b"));
    index("\"a\":\"%s\",\"b\":\"%s\"".formatted(A, B));
    assertThat(SafetensorsModel.read(folder).tensors()).containsOnlyKeys("a", "b");
  }

  private static SequencedMap<String, Tensor> ones(String... names) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : names) tensors.put(name, Tensor.scalar(1));
    return tensors;
  }

  private void index(String map) {
    indexText("{\"metadata\":{\"total_size\":[{}]},\"weight_map\":{%s}}".formatted(map));
  }

  private void indexText(String text) {
    try {
      Files.writeString(folder.resolve("model.safetensors.index.json"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Stream<String> names() {
    String[] names = folder.toFile().list();
    return Stream.of(names == null ? new String[0] : names).sorted();
  }

  private void malformed(String message) {
    assertThatThrownBy(() -> SafetensorsModel.read(folder))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining(message);
  }

  private static void same(
      SequencedMap<String, Tensor> found, SequencedMap<String, Tensor> expected) {
    assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
    found.forEach(
        (name, tensor) -> {
          Tensor other = expected.get(name);
          assertThat(other != null && tensor.sameAs(other)).as(name).isTrue();
        });
  }
}
