package dev.halftone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class StoredBytesTest {
  @TempDir Path folder;
  private final byte[] values = new byte[200_003];

  private Path file() throws IOException {
    new Random(3).nextBytes(values);
    return Files.write(folder.resolve("file"), values);
  }

  @Test
  void readsWhatTheMapShows() throws IOException {
    StoredBytes file = StoredBytes.ofFile(file());
    assertThat(file.view().isMapped()).isTrue();
    assertThat(file.view().mismatch(MemorySegment.ofArray(values))).isNegative();
    Random random = new Random(4);
    for (int i = 0; i < 2_000; i++) {
      int start = random.nextInt(values.length);
      int size = random.nextInt(values.length - start + 1);
      StoredBytes slice = file.slice(start, size);
      int from = random.nextInt(size + 1);
      int count = random.nextInt(Math.min(size - from, random.nextBoolean() ? 600 : 40_000) + 1);
      MemorySegment expected = MemorySegment.ofArray(values).asSlice(start + from, count);
      assertThat(slice.read(from, count).mismatch(expected)).isNegative();
    }
  }

  @Test
  void copiesAnyNumber() throws IOException {
    Path path = file();
    for (StoredBytes bytes :
        new StoredBytes[] {
          StoredBytes.ofFile(path), StoredBytes.ofMemory(MemorySegment.ofArray(values))
        }) {
      byte[] out = new byte[values.length + 1];
      bytes.slice(2, bytes.size() - 2).copy(1, values.length - 3, out, 3);
      assertThat(MemorySegment.ofArray(out).asSlice(3, values.length - 3))
          .matches(
              copy -> copy.mismatch(MemorySegment.ofArray(values).asSlice(3, copy.byteSize())) < 0);
      assertThat(out).startsWith(0, 0, 0).endsWith(0);
    }
  }

  @Test
  void whatIsReadCannotBeWrittenTo() throws IOException {
    StoredBytes file = StoredBytes.ofFile(file());
    assertThatThrownBy(() -> file.read(0, 1000).set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nothingOutside() throws IOException {
    StoredBytes file = StoredBytes.ofFile(file());
    StoredBytes slice = file.slice(10, 5_000);
    assertThatThrownBy(() -> slice.read(4_001, 1_000))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.read(-1, 1_000)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.copy(0, 1_000, new byte[1_000], 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> file.slice(0, file.size() + 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // It does not shorten files that are mapped.
  void aFileThatBecameShorter() throws IOException {
    Path path = file();
    StoredBytes file = StoredBytes.ofFile(path);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(100_000);
    }
    String problem = path + ": ends at byte 100000, was longer when it was opened";
    assertThatThrownBy(() -> file.read(99_000, 2_000))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(problem);
    // Also where the last of the pieces is small.
    int count = (1 << 15) + 300;
    assertThatThrownBy(() -> file.copy(100_200 - count, count, new byte[count], 0))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(problem);
  }

  @Test
  void goesOnWhenClosed() throws IOException {
    StoredBytes file = StoredBytes.ofFile(file());
    StoredBytes slice = file.slice(4, 2_000);
    file.close();
    MemorySegment expected = MemorySegment.ofArray(values).asSlice(5, 1_000);
    assertThat(slice.read(1, 1_000).mismatch(expected)).isNegative();
    StoredBytes.ofMemory(expected).close();
  }

  /** Pieces, and the rest of them, of all types that are converted. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT16", "BFLOAT16", "FLOAT64", "INT8"})
  void tensorsOfFiles(DType type) throws IOException {
    long[] shape = {3, 8_192 + 11};
    long bytes = type.bytes(Tensor.elements(shape));
    StoredBytes file = StoredBytes.ofFile(file()).slice(1, bytes);
    Tensor expected =
        Tensor.of(type, shape, MemorySegment.ofArray(values).asSlice(1, bytes)).rows(1, 3);
    Tensor tensor = Tensor.of(type, shape, file).rows(1, 3);
    assertThat(tensor.toFloats()).isEqualTo(expected.toFloats());
    Tensor line = tensor.reshape(2 * shape[1]);
    assertThat(line.toFloats(shape[1] - 5, 8_200))
        .isEqualTo(expected.reshape(2 * shape[1]).toFloats(shape[1] - 5, 8_200));
  }

  /** Who is interrupted closes the file for all. */
  @Test
  void goesOnAfterAnInterrupt() throws IOException {
    StoredBytes file = StoredBytes.ofFile(file());
    MemorySegment expected = MemorySegment.ofArray(values).asSlice(5, 1_000);
    Thread.currentThread().interrupt();
    assertThat(file.read(5, 1_000).mismatch(expected)).isNegative();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file.read(5, 1_000).mismatch(expected)).isNegative();
  }

  @Test
  void noFile() {
    assertThatThrownBy(() -> StoredBytes.ofFile(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("is a folder");
    assertThatThrownBy(() -> StoredBytes.ofFile(folder.resolve("none")))
        .isInstanceOf(UncheckedIOException.class);
  }
}
