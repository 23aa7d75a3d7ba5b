package dev.halftone.checkpoint.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.BadInputException;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.StoredBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTest {
  private static final int F32 = 0;
  private static final int Q4_0 = 2;

  @TempDir Path folder;

  /** Every type of value, arrays in arrays, and three tensors, the last as long as its padding. */
  private static byte[] sample(ByteOrder order, int version) {
    GgufBytes file = GgufBytes.header(order, version, 3, 14);
    file.key("a", ValueType.UINT8).raw(200).key("b", ValueType.INT8).raw(200);
    file.key("c", ValueType.UINT16).u16(60000).key("d", ValueType.INT16).u16(-2);
    file.key("e", ValueType.UINT32).u32(4_000_000_000L).key("f", ValueType.INT32).u32(-3);
    file.key("g", ValueType.FLOAT32).u32(Float.floatToIntBits(1.5f));
    file.key("h", ValueType.BOOL).raw(1).key("i", ValueType.STRING).text("größe");
    file.key("j", ValueType.UINT64).u64(-1).key("k", ValueType.INT64).u64(-5);
    file.key("l", ValueType.FLOAT64).u64(Double.doubleToLongBits(-0.1));
    file.key("m", ValueType.ARRAY).u32(ValueType.ARRAY.ordinal()).u64(2);
    file.u32(ValueType.INT16.ordinal()).u64(3).u16(1).u16(-1).u16(300);
    file.u32(ValueType.STRING.ordinal()).u64(2).text("").text("ab");
    file.number("general.alignment", 64);
    file.tensor("one", F32, 0, 3, 2).tensor("two", Q4_0, 64, 32).tensor("three", 24, 128, 64);
    file.pad(64);
    for (int i = 0; i < 6; i++) file.u32(Float.floatToIntBits(i + 0.25f));
    file.pad(64).u16(0x3C00);
    for (int i = 0; i < 16; i++) file.raw(i * 16 + 15 - i);
    file.pad(64);
    for (int i = 0; i < 64; i++) file.raw(i);
    return file.done();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void bothOrdersAndVersions(int version) {
    Gguf little = read(sample(ByteOrder.LITTLE_ENDIAN, version));
    check(little);
    // In a file of its own: the first is mapped.
    Gguf big = Gguf.read(write("big.gguf", sample(ByteOrder.BIG_ENDIAN, version)));
    check(big);
    assertThat(big.metadata()).isEqualTo(little.metadata());
    assertThat(GgufBytes.tensor(little, "one").data().isMapped()).isTrue();
    assertThat(GgufBytes.tensor(little, "one").tensor().orElseThrow().dtype())
        .isEqualTo(DType.FLOAT32);
    assertThat(GgufBytes.tensor(little, "one").tensor().orElseThrow().toFloats())
        .containsExactly(0.25f, 1.25f, 2.25f, 3.25f, 4.25f, 5.25f);
    assertThat(GgufBytes.tensor(big, "one").tensor()).isEmpty();
    assertThat(GgufBytes.tensor(little, "two").tensor()).isEmpty();
  }

  private static void check(Gguf file) {
    assertThat(file.alignment()).isEqualTo(64);
    assertThat(file.metadata().toString())
        .startsWith(
            "{a=200, b=-56, c=60000, d=-2, e=4000000000, f=-3, g=1.5, h=true, i=größe,"
                + " j=18446744073709551615, k=-5, l=-0.1, m=array of ARRAY");
    var inner = Objects.requireNonNull(file.metadata().get("m")).elements();
    assertThat(inner.get(0).elements())
        .extracting(MetadataValue::asLong)
        .containsExactly(1L, -1L, 300L);
    assertThat(inner.get(1).elements()).extracting(MetadataValue::asText).containsExactly("", "ab");
    assertThat(file.tensors().keySet()).containsExactly("one", "two", "three");
    assertThat(GgufBytes.tensor(file, "one").info().dimensions()).containsExactly(3, 2);
    assertThat(GgufBytes.tensor(file, "one").info().shape()).containsExactly(2, 3);
    byte[] block = new byte[20];
    GgufBytes.tensor(file, "two").copyBlocks(0, 1, block, 1);
    assertThat(block).startsWith(0, 0, 0x3C, 15).endsWith(16 * 15, 0);
  }

  @Test
  void whatABigEndianFileHoldsIsWrittenAsLittleEndian() throws IOException {
    Path written = folder.resolve("out.gguf");
    GgufWriter.write(written, read(sample(ByteOrder.BIG_ENDIAN, 2)));
    assertThat(written).hasBinaryContent(sample(ByteOrder.LITTLE_ENDIAN, 3));
  }

  @Test
  void aFileWithoutTensorsAndKeys() {
    Gguf file = read(GgufBytes.header(0, 0).done());
    assertThat(file.tensors()).isEmpty();
    assertThat(file.metadata()).isEmpty();
    assertThat(file.alignment()).isEqualTo(32);
  }

  @Test
  void scalarsAndTensorsWithoutBytes() {
    GgufBytes file = GgufBytes.header(2, 0).tensor("none", F32, 0, 4, 0).tensor("one", F32, 0);
    Gguf read = read(file.pad(32).u32(0x40000000).done());
    assertThat(GgufBytes.tensor(read, "none").data().byteSize()).isZero();
    assertThat(GgufBytes.tensor(read, "one").tensor().orElseThrow().toFloats()).containsExactly(2f);
  }

  @Test
  void valuesOfTheWrongType() {
    MetadataValue text = MetadataValue.of("x");
    assertThatThrownBy(text::asLong).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(text::asDouble).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(text::asBoolean).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(text::elements).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(MetadataValue.of(true)::asText).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> MetadataValue.of(ValueType.UINT8, 256))
        .hasMessage("256 does not fit UINT8");
    assertThatThrownBy(() -> MetadataValue.of(ValueType.UINT32, -1))
        .hasMessage("-1 does not fit UINT32");
    assertThatThrownBy(() -> MetadataValue.of(ValueType.FLOAT32, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void headerThatIsNone() {
    malformed(new byte[7], 0, "7 bytes, expected a header");
    malformed("GGML00000000".getBytes(StandardCharsets.UTF_8), 0, "does not start with GGUF");
    unsupported(GgufBytes.header(ByteOrder.LITTLE_ENDIAN, 1, 0, 0).done(), 4, "version 1");
    unsupported(GgufBytes.header(ByteOrder.LITTLE_ENDIAN, 4, 0, 0).done(), 4, "version 4");
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, Long.MAX_VALUE, 1L << 32, 2})
  void countsBeyondTheFile(long count) {
    String unsigned = Long.toUnsignedString(count);
    malformed(GgufBytes.header(count, 0).u64(0).done(), 8, "number of tensors is " + unsigned);
    malformed(GgufBytes.header(0, count).u64(0).done(), 16, "metadata keys is " + unsigned);
    GgufBytes array = GgufBytes.header(0, 1).key("a", ValueType.ARRAY).u32(ValueType.INT64.id());
    malformed(array.u64(count).u64(7).done(), 41, "array elements is " + unsigned);
    GgufBytes text = GgufBytes.header(0, 1).key("a", ValueType.STRING).u64(count).raw(65);
    malformed(text.done(), count == 2 ? 45 : 37, "a string of " + unsigned + " bytes");
  }

  @Test
  void namesTooLongOrNotText() {
    malformed(
        GgufBytes.header(0, 1).u64(65536).bytes(new byte[70000]).done(), 24, "of 65536 bytes");
    malformed(GgufBytes.header(0, 1).u64(-1).pad(64).done(), 24, "key of 18446744073709551615 b");
    malformed(
        GgufBytes.header(0, 1).u64(60000).pad(64).done(), 32, "a metadata key of 60000 bytes");
    malformed(GgufBytes.header(0, 1).u64(1).raw(0xFF).u32(0).raw(1).done(), 32, "key is not UTF-8");
    malformed(
        GgufBytes.header(1, 0).u64(2).raw(0xC3, 0x28).pad(256).done(), 32, "name is not UTF-8");
  }

  @Test
  void valuesThatAreNone() {
    malformed(GgufBytes.header(0, 1).text("a").u32(13).u64(0).done(), 33, "value type 13");
    malformed(GgufBytes.header(0, 1).text("a").u32(-1).u64(0).done(), 33, "type 4294967295");
    malformed(GgufBytes.header(0, 1).key("a", ValueType.BOOL).raw(2).done(), 37, "boolean of 2");
    GgufBytes array = GgufBytes.header(0, 1).key("a", ValueType.ARRAY);
    malformed(array.u32(ValueType.BOOL.id()).u64(2).raw(0, 3).done(), 50, "a boolean of 3");
    GgufBytes other = GgufBytes.header(0, 1).key("a", ValueType.ARRAY);
    malformed(other.u32(99).u64(0).done(), 37, "value type 99");
  }

  @Test
  void arraysInArraysWithoutEnd() {
    GgufBytes deep = GgufBytes.header(0, 1).key("a", ValueType.ARRAY);
    for (int i = 0; i < 100_000; i++) deep.u32(ValueType.ARRAY.id()).u64(1);
    malformed(deep.done(), 37 + 32 * 12, "more than 32 arrays in one another");
  }

  @Test
  void theSameNameTwice() {
    malformed(
        GgufBytes.header(0, 2).number("a", 1).number("a", 1).done(), 41, "key \"a\" a second time");
    GgufBytes tensors = GgufBytes.header(2, 0).tensor("t", F32, 0, 1).tensor("t", F32, 32, 1);
    malformed(tensors.pad(32).bytes(new byte[64]).done(), 57, "tensor \"t\": the name a second");
  }

  @Test
  void alignmentThatIsNone() {
    String key = "general.alignment";
    malformed(GgufBytes.header(0, 1).number(key, 0).done(), 24, "is 0, expected a power of two");
    malformed(GgufBytes.header(0, 1).number(key, 48).done(), 24, "is 48, expected a power");
    malformed(
        GgufBytes.header(0, 1).key(key, ValueType.UINT64).u64(32).done(), 24, "expected UINT32");
    byte[] claimed =
        GgufBytes.header(1, 1).number(key, 1L << 31).tensor("t", F32, 0, 1).pad(32).done();
    malformed(claimed, 57, "4 bytes at offset 0, the file has 0 from there on");
  }

  @Test
  void dimensionsThatAreNone() {
    malformed(tensor(F32, 0, 1, 1, 1, 1, 1), 24, "5 dimensions, expected at most 4");
    malformed(tensor(F32, 0, -1), 24, "a dimension of 18446744073709551615");
    malformed(tensor(F32, 0, Long.MIN_VALUE), 24, "a dimension of 9223372036854775808");
    malformed(tensor(F32, 0, 1L << 32, 1L << 32), 24, "beyond 64 bits");
    malformed(tensor(F32, 0, 1L << 61), 24, "beyond 64 bits");
    malformed(tensor(F32, 0, 1L << 60), 24, "4611686018427387904 bytes at offset 0");
    malformed(tensor(Q4_0, 0, 33), 24, "rows of 33 values, expected a multiple of 32 for Q4_0");
    malformed(tensor(Q4_0, 0), 24, "rows of 1 values, expected a multiple of 32");
    byte[] rank = GgufBytes.header(1, 0).text("t").u32(-1).pad(64).done();
    malformed(rank, 24, "4294967295 dimensions");
  }

  @Test
  void typesThatAreNone() {
    for (int id : new int[] {4, 5, 9, 15, 31, 36, 43, 1000, -1, Integer.MIN_VALUE}) {
      String problem = "tensor \"t\" has the unknown type " + Integer.toUnsignedString(id);
      unsupported(tensor(id, 0, 32), 45, problem);
    }
  }

  @Test
  void offsetsThatAreNone() {
    malformed(tensor(F32, 4, 1), 24, "offset 4, expected a multiple of 32");
    malformed(tensor(F32, 96, 1), 24, "4 bytes at offset 96, the file has 0 from there on");
    malformed(tensor(F32, 64, 1), 24, "4 bytes at offset 64, the file has 0 from there on");
    malformed(tensor(F32, 32, 9), 24, "36 bytes at offset 32, the file has 32 from there on");
    malformed(tensor(F32, -32, 1), 24, "4 bytes at offset 18446744073709551584, the file has 0");
    malformed(tensor(F32, Long.MAX_VALUE - 31, 1), 24, "4 bytes at offset 9223372036854775776");
  }

  @Test
  void overlaps() {
    GgufBytes file = GgufBytes.header(2, 0).tensor("b", F32, 32, 8).tensor("a", F32, 0, 9);
    byte[] bytes = file.pad(32).bytes(new byte[64]).done();
    malformed(bytes, 24, "tensor \"b\": starts at offset 32, where another tensor reaches to 36");
  }

  @Test
  void gapsAndAnyOrderAreAllowed() {
    GgufBytes file = GgufBytes.header(2, 0).tensor("b", F32, 64, 1).tensor("a", F32, 0, 1);
    Gguf read = read(file.pad(32).u32(5).pad(32).raw(1).pad(32).u32(6).done());
    assertThat(GgufBytes.blocks(GgufBytes.tensor(read, "b"))).containsExactly(6, 0, 0, 0);
    assertThat(GgufBytes.blocks(GgufBytes.tensor(read, "a"))).containsExactly(5, 0, 0, 0);
  }

  @Test
  void gridTypesInABigEndianFile() {
    GgufBytes file = GgufBytes.header(ByteOrder.BIG_ENDIAN, 3, 1, 0).tensor("t", 16, 0, 256);
    unsupported(file.pad(32).bytes(new byte[66]).done(), 24, "the type IQ2_XXS in a big-endian");
  }

  @Test
  void aMissingFileAndAFolder() {
    assertThatThrownBy(() -> Gguf.read(folder.resolve("none")))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> Gguf.read(folder)).isInstanceOf(UncheckedIOException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cutOffAnywhere(boolean big) {
    byte[] sound = sample(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN, 3);
    read(sound);
    for (int length = 0; length < sound.length; length++) {
      MemorySegment cut = MemorySegment.ofArray(sound).asSlice(0, length);
      assertThatThrownBy(() -> Part.of(Path.of("x"), StoredBytes.ofMemory(cut)))
          .as("%d bytes", length)
          .isInstanceOf(MalformedModelException.class)
          .hasMessageStartingWith("x at byte ");
    }
  }

  /** Whatever is changed, a file is read or refused with its name and a byte, and nothing else. */
  @Test
  void damagedFiles() {
    Random random = new Random(11);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged =
          sample(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN, 3);
      for (int n = random.nextInt(3); n >= 0; n--)
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      try {
        Part part = Part.of(Path.of("x"), StoredBytes.ofMemory(MemorySegment.ofArray(damaged)));
        assertThat(part.metadata().toString()).isNotEmpty();
        part.tensors().forEach(GgufBytes::blocks);
        read++;
      } catch (BadInputException e) {
        assertThat(e).as("round %d", i).hasMessageStartingWith("x at byte ");
      }
    }
    assertThat(read).isBetween(1_000, 19_000);
  }

  private static byte[] tensor(int type, long offset, long... dimensions) {
    GgufBytes file = GgufBytes.header(1, 0).tensor("t", type, offset, dimensions);
    return file.pad(32).bytes(new byte[64]).done();
  }

  private void malformed(byte[] bytes, int at, String problem) {
    refused(MalformedModelException.class, bytes, at, problem);
  }

  private void unsupported(byte[] bytes, int at, String problem) {
    refused(UnsupportedModelException.class, bytes, at, problem);
  }

  private void refused(Class<?> kind, byte[] bytes, int at, String problem) {
    Path file = write(bytes);
    assertThatThrownBy(() -> Gguf.read(file))
        .isInstanceOf(kind)
        .hasMessageStartingWith(file + " at byte %d: ".formatted(at))
        .hasMessageContaining(problem);
  }

  private Gguf read(byte[] bytes) {
    return Gguf.read(write(bytes));
  }

  private Path write(byte[] bytes) {
    return write("some.gguf", bytes);
  }

  private Path write(String name, byte[] bytes) {
    try {
      return Files.write(folder.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
