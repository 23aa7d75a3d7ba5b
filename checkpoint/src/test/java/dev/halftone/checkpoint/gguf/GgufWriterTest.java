package dev.halftone.checkpoint.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.number.gguf.BlockType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufWriterTest {
  private static final Path SHARED = Path.of(System.getProperty("halftone.shared", "../../shared"));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "golden/gguf/e2e-input.gguf",
        "golden/gguf/e2e-imatrix.gguf",
        "golden/gguf/e2e-q4_k_m.gguf",
        "data/llm/stories260K/stories260K-F16.gguf",
        "data/llm/stories260K/stories260K-F32.gguf",
        "data/llm/shakespeare-bytes/shakespeare-bytes-F32.gguf"
      })
  void realFilesComeBackByteForByte(String name) {
    Path real = SHARED.resolve(name);
    assumeTrue(Files.exists(real), name + " is not there");
    Gguf read = Gguf.read(real);
    assertThat(read.tensors()).isNotEmpty();
    Path written = folder.resolve("out.gguf");
    GgufWriter.write(written, read);
    assertThat(written).hasSameBinaryContentAs(real);
  }

  /** Random trees of metadata and tensors of all types: what is written is read, and again. */
  @Test
  void whatIsWrittenIsRead() throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      SequencedMap<String, MetadataValue> metadata = metadata(random);
      List<GgufTensor> tensors = tensors(random);
      Path file = folder.resolve("some.gguf");
      GgufWriter.write(file, metadata, tensors);
      Gguf read = Gguf.read(file);
      assertThat(List.copyOf(read.metadata().entrySet()))
          .as("seed %d", seed)
          .isEqualTo(List.copyOf(metadata.entrySet()));
      checkTensors(read, tensors, seed);
      Layout layout = Layout.of(metadata, tensors.stream().map(GgufTensor::info).toList());
      assertThat(Files.size(file)).as("seed %d", seed).isEqualTo(layout.size());
      byte[] before = Files.readAllBytes(file);
      GgufWriter.write(file, read);
      assertThat(file).as("seed %d", seed).hasBinaryContent(before);
    }
  }

  private static void checkTensors(Gguf read, List<GgufTensor> tensors, int seed) {
    assertThat(read.tensors()).as("seed %d", seed).hasSameSizeAs(tensors);
    int i = 0;
    for (GgufTensor tensor : read.tensors().values()) {
      assertThat(tensor.info()).as("seed %d", seed).isEqualTo(tensors.get(i).info());
      assertThat(tensor.data().mismatch(tensors.get(i++).data())).as("seed %d", seed).isNegative();
    }
  }

  private static SequencedMap<String, MetadataValue> metadata(Random random) {
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>();
    for (int i = random.nextInt(12); i > 0; i--) {
      ValueType type = ValueType.values()[random.nextInt(ValueType.values().length)];
      metadata.put("key.%d é".formatted(random.nextInt(1000)), value(random, type, 3));
    }
    if (random.nextBoolean())
      metadata.put(
          "general.alignment", MetadataValue.of(ValueType.UINT32, 1L << random.nextInt(13)));
    return metadata;
  }

  private static MetadataValue value(Random random, ValueType type, int depth) {
    return switch (type) {
      case FLOAT32 -> MetadataValue.of(Float.intBitsToFloat(random.nextInt()));
      case FLOAT64 -> MetadataValue.of(Double.longBitsToDouble(random.nextLong()));
      case BOOL -> MetadataValue.of(random.nextBoolean());
      case STRING -> MetadataValue.of("ß€x".repeat(random.nextInt(4)));
      case ARRAY -> array(random, depth);
      default -> whole(random, type);
    };
  }

  private static MetadataValue whole(Random random, ValueType type) {
    return MetadataValue.of(
        type,
        switch (type) {
          case UINT8 -> random.nextInt(1 << 8);
          case INT8 -> (byte) random.nextInt();
          case UINT16 -> random.nextInt(1 << 16);
          case INT16 -> (short) random.nextInt();
          case UINT32 -> random.nextLong(1L << 32);
          case INT32 -> random.nextInt();
          default -> random.nextLong();
        });
  }

  private static MetadataValue array(Random random, int depth) {
    ValueType[] types = ValueType.values();
    ValueType type = types[random.nextInt(types.length)];
    if (type == ValueType.ARRAY && depth == 0) type = ValueType.STRING;
    List<MetadataValue> elements = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) elements.add(value(random, type, depth - 1));
    MetadataValue array = MetadataValue.array(type, elements);
    assertThat(array.elementType()).isEqualTo(type);
    assertThat(array.elements()).isEqualTo(elements);
    return array;
  }

  private static List<GgufTensor> tensors(Random random) {
    List<GgufTensor> tensors = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      TensorType type = type(random);
      long[] dimensions = new long[1 + random.nextInt(4)];
      dimensions[0] = (long) type.blockValues() * random.nextInt(4);
      for (int d = 1; d < dimensions.length; d++) dimensions[d] = 1 + random.nextInt(3);
      tensors.add(tensor(random, new TensorInfo("tensor." + i, type, dimensions)));
    }
    return tensors;
  }

  private static TensorType type(Random random) {
    TensorType.Plain[] plain = TensorType.Plain.values();
    BlockType[] blocks = BlockType.values();
    int i = random.nextInt(plain.length + blocks.length);
    return i < plain.length ? plain[i] : new TensorType.Blocks(blocks[i - plain.length]);
  }

  private static GgufTensor tensor(Random random, TensorInfo info) {
    byte[] data = new byte[(int) info.byteSize()];
    random.nextBytes(data);
    return new GgufTensor(info, MemorySegment.ofArray(data));
  }

  @Test
  void bigEndianTensorsOfManyChunks() throws IOException {
    int rows = 5_000;
    byte[] data = new byte[rows * 210];
    new Random(3).nextBytes(data);
    GgufBytes big = GgufBytes.header(ByteOrder.BIG_ENDIAN, 3, 1, 0);
    GgufBytes little = GgufBytes.header(1, 0);
    int id = BlockType.Q6_K.id();
    big.tensor("t", id, 0, 256, rows).pad(32).bytes(data).pad(32);
    byte[] turned = data.clone();
    for (int block = 0; block < turned.length; block += 210) {
      turned[block + 208] = data[block + 209];
      turned[block + 209] = data[block + 208];
    }
    little.tensor("t", id, 0, 256, rows).pad(32).bytes(turned).pad(32);
    Path file = Files.write(folder.resolve("big.gguf"), big.done());
    GgufWriter.write(file, Gguf.read(file));
    assertThat(file).hasBinaryContent(little.done());
  }

  /** Twice the values double the scale, and of a scale in half precision only the exponent. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "IQ[123]_.*")
  void fieldsOfTwoBytesAreWhereScalesAre(BlockType type) {
    Random random = new Random(5);
    TreeSet<Integer> changed = new TreeSet<>();
    for (int round = 0; round < 20; round++) {
      float[] values = new float[type.blockValues()];
      for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
      byte[] once = quantize(type, values);
      for (int i = 0; i < values.length; i++) values[i] *= 2;
      byte[] twice = quantize(type, values);
      for (int i = 0; i < once.length; i++) if (once[i] != twice[i]) changed.add(i);
    }
    TreeSet<Integer> expected = new TreeSet<>();
    for (int field : BlockFields.of(type).orElseThrow()) expected.add(field + 1);
    switch (type) {
      // Its second field has bits of the scales of parts, which stay.
      case IQ4_XS -> expected.remove(3);
      // The low bit of its exponent is in the low byte.
      case BF16 -> expected.add(0);
      // Exponents in one byte.
      case MXFP4 -> expected.add(0);
      case NVFP4 -> expected.addAll(List.of(0, 1, 2, 3));
      default -> {}
    }
    assertThat(changed).isEqualTo(expected);
  }

  private static byte[] quantize(BlockType type, float[] values) {
    byte[] blocks = new byte[type.blockBytes()];
    type.quantize(values, 0, values.length, null, blocks, 0);
    return blocks;
  }

  @Test
  void nothingIsWrittenOfWhatIsNone() {
    TensorInfo info = new TensorInfo("t", TensorType.Plain.F32, new long[] {1});
    GgufTensor tensor = new GgufTensor(info, MemorySegment.ofArray(new byte[4]));
    SequencedMap<String, MetadataValue> none = new LinkedHashMap<>();
    Path file = folder.resolve("out.gguf");
    assertThatThrownBy(() -> GgufWriter.write(file, none, List.of(tensor, tensor)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two tensors \"t\"");
    SequencedMap<String, MetadataValue> odd = new LinkedHashMap<>();
    odd.put("general.alignment", MetadataValue.of(ValueType.UINT32, 3));
    assertThatThrownBy(() -> GgufWriter.write(file, odd, List.of(tensor)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new GgufTensor(info, MemorySegment.ofArray(new byte[3])))
        .hasMessageContaining("takes 4 bytes, found 3");
    Path nowhere = folder.resolve("none").resolve("out.gguf");
    assertThatThrownBy(() -> GgufWriter.write(nowhere, none, List.of(tensor)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no such folder");
    assertThat(folder).isEmptyDirectory();
  }
}
