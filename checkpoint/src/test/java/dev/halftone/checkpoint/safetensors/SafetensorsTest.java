package dev.halftone.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  private static final String TWO =
      "{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]},"
          + "\"a\":{\"dtype\":\"F16\",\"shape\":[1,2],\"data_offsets\":[0,4]},"
          + "\"__metadata__\":{\"made\":\"here\"}}  ";

  @TempDir Path folder;

  @Test
  void tensorsAreViewsInTheOrderOfTheirBytes() {
    byte[] buffer = {0, 0x3C, 0, (byte) 0xC0, 0, 0, (byte) 0x80, 0x3F, 0, 0, 0, 0x40};
    Safetensors file = Safetensors.read(file(TWO, buffer));
    assertThat(file.metadata()).containsExactly(Map.entry("made", "here"));
    assertThat(file.tensors().keySet()).containsExactly("a", "b");
    Tensor a = file.tensors().firstEntry().getValue();
    assertThat(a.dtype()).isEqualTo(DType.FLOAT16);
    assertThat(a.shape()).containsExactly(1, 2);
    assertThat(a.toFloats()).containsExactly(1f, -2f);
    assertThat(a.data().isMapped()).isTrue();
    assertThat(file.tensors().lastEntry().getValue().toFloats()).containsExactly(1f, 2f);
  }

  @Test
  void scalarsAndTensorsWithoutBytes() {
    String json =
        "{\"none\":{\"dtype\":\"F32\",\"shape\":[3,0],\"data_offsets\":[0,0]},"
            + "\"one\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}";
    Safetensors file = Safetensors.read(file(json, new byte[] {7}));
    assertThat(file.tensors().keySet()).containsExactly("none", "one");
    assertThat(file.tensors().lastEntry().getValue().longAt(0)).isEqualTo(7);
  }

  @Test
  void anEmptyHeaderIsAFileWithoutTensors() {
    assertThat(Safetensors.read(file("{}", new byte[0])).tensors()).isEmpty();
  }

  @Test
  void headerTooSmall() {
    Path file = write(new byte[7]);
    malformed(file, "at byte 0: 7 bytes, expected a header");
  }

  @Test
  void headerTooLarge() {
    byte[] bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(0, -1).array();
    malformed(write(bytes), "at byte 0: a header of 18446744073709551615 bytes, expected at most");
    bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 100_000_001).array();
    malformed(write(bytes), "a header of 100000001 bytes, expected at most 100000000");
  }

  @Test
  void invalidHeaderLength() {
    byte[] bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 9).array();
    malformed(write(bytes), "at byte 0: a header of 9 bytes, the file has 8");
  }

  @Test
  void invalidHeaderNonUtf8() {
    byte[] bytes = {2, 0, 0, 0, 0, 0, 0, 0, '{', (byte) 0xFF};
    malformed(write(bytes), "at byte 8: the header is not UTF-8");
  }

  @Test
  void invalidHeaderStart() {
    malformed(file(" {}", new byte[0]), "at byte 8: the header does not start with {");
    malformed(file("", new byte[0]), "does not start with {");
    malformed(file("[]", new byte[0]), "does not start with {");
  }

  @Test
  void invalidHeaderDeserialization() {
    malformed(file("{", new byte[0]), "not JSON");
    malformed(file("{} x", new byte[0]), "not JSON");
    malformed(file("{}{}", new byte[0]), "more after the header's end");
    malformed(file("{\"a\":3}", new byte[0]), "expected an object for tensor a");
    malformed(file("{\"__metadata__\":{\"k\":1}}", new byte[0]), "expected a string for k");
    malformed(
        entry("\"dtype\":\"U8\",\"shape\":[1.5],\"data_offsets\":[0,1]"), "integers in shape");
    malformed(
        entry("\"dtype\":\"U8\",\"shape\":[9223372036854775808],\"data_offsets\":[0,1]"),
        "not JSON");
    malformed(entry("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,2]"), "lacks");
    malformed(entry("\"dtype\":\"U8\",\"data_offsets\":[0,1]"), "lacks");
    malformed(entry("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"x\":1"), "key \"x\"");
  }

  @Test
  void theSameNameTwice() {
    String one = "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
    malformed(file("{" + one + "," + one + "}", new byte[1]), "Duplicate");
    String shapes = "\"shape\":[1],\"shape\":[1],\"dtype\":\"U8\",\"data_offsets\":[0,1]";
    malformed(entry(shapes), "Duplicate");
  }

  @Test
  void unknownType() {
    Path file = entry("\"dtype\":\"F6_E2M3\",\"shape\":[1],\"data_offsets\":[0,1]");
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("tensor \"a\" has the unknown type F6_E2M3");
  }

  @Test
  void invalidOffsets() {
    malformed(entry("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[-1,0]"), "offsets [-1, 0]");
    malformed(entry("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,0]"), "offsets [1, 0]");
    malformed(
        entry("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]"),
        "at byte 13: tensor \"a\": starts at offset 1, expected 0");
    malformed(
        entry("\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]"),
        "ends at offset 2, the file has 1 bytes");
  }

  @Test
  void overlapsAndHoles() {
    String json =
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[%d,%d]}}";
    malformed(file(json.formatted(1, 3), new byte[3]), "starts at offset 1, expected 2");
    malformed(file(json.formatted(3, 5), new byte[5]), "starts at offset 3, expected 2");
  }

  @Test
  void metadataIncompleteBuffer() {
    malformed(file("{}", new byte[3]), "at byte 10: 3 bytes that belong to no tensor");
  }

  @Test
  void tensorInvalidInfo() {
    malformed(
        entry("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,1]"),
        "1 bytes, expected 4 for FLOAT32[1]");
    malformed(entry("\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]"), "not whole bytes");
    malformed(entry("\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,1]"), "dimension of -1");
  }

  @Test
  void validationOverflow() {
    String huge = Long.toString(1L << 62);
    malformed(
        entry("\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[0,1]".formatted(huge)),
        "beyond 64 bits");
    malformed(
        entry("\"dtype\":\"U8\",\"shape\":[%s,4],\"data_offsets\":[0,1]".formatted(huge)),
        "beyond 64 bits");
    malformed(
        entry("\"dtype\":\"F4\",\"shape\":[%s],\"data_offsets\":[0,1]".formatted(huge)),
        "beyond 64 bits");
  }

  @Test
  void aMissingFileAndAFolder() {
    assertThatThrownBy(() -> Safetensors.read(folder.resolve("none")))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> Safetensors.read(folder)).isInstanceOf(UncheckedIOException.class);
  }

  /** Whatever is changed, a file is read or refused with its name, and nothing else happens. */
  @Test
  void damagedFiles() {
    byte[] sound = bytes(TWO, new byte[12]);
    Random random = new Random(7);
    for (int i = 0; i < 3000; i++) {
      byte[] damaged = sound.clone();
      for (int n = random.nextInt(3); n >= 0; n--)
        damaged[random.nextInt(sound.length)] = (byte) random.nextInt(256);
      Path file = write(damaged);
      try {
        assertThat(Safetensors.read(file).path()).as("round %d", i).isEqualTo(file);
      } catch (MalformedModelException | UnsupportedModelException e) {
        assertThat(e).as("round %d", i).hasMessageContaining(file.toString());
      }
    }
  }

  @Test
  void realCheckpoints() {
    Path shared =
        Path.of(System.getProperty("halftone.shared", "../../shared")).resolve("data/llm");
    Path file = shared.resolve("shakespeare-bytes/model.safetensors");
    Assumptions.assumeTrue(Files.exists(file), "no real checkpoint at " + file);
    assertThat(Safetensors.read(file).tensors().values())
        .extracting(Tensor::dtype)
        .contains(DType.FLOAT16);
    assertThat(Safetensors.read(shared.resolve("stories260K/model.safetensors")).tensors())
        .isNotEmpty();
  }

  private static void malformed(Path file, String problem) {
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageStartingWith(file + " at byte ")
        .hasMessageContaining(problem);
  }

  private Path entry(String fields) {
    return file("{\"a\":{" + fields + "}}", new byte[1]);
  }

  private Path file(String json, byte[] buffer) {
    return write(bytes(json, buffer));
  }

  private static byte[] bytes(String json, byte[] buffer) {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length).array());
    out.writeBytes(header);
    out.writeBytes(buffer);
    return out.toByteArray();
  }

  private Path write(byte[] bytes) {
    try {
      return Files.write(folder.resolve("some.safetensors"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
