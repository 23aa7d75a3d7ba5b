package dev.halftone.data.array;

import static dev.halftone.data.TestData.bytes;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.source.Column;
import dev.halftone.graph.MalformedDataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  private static final byte[] BYTES =
      bytes(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8, 7, 255);

  @TempDir Path folder;

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  @Test
  void bytesPlainAndCompressed() throws IOException {
    for (Path file :
        new Path[] {
          write(folder.resolve("x.idx"), BYTES), write(folder.resolve("x.idx.gz"), gzip(BYTES))
        }) {
      Column column = Idx.open(file);
      assertThat(column.size()).isEqualTo(2);
      assertThat(column.get(1).shape()).containsExactly(1, 2);
      assertThat(column.get(1).toLongs()).containsExactly(7, 255);
    }
  }

  @Test
  void shortsAreBigEndian() {
    Path file = write(folder.resolve("x.idx"), bytes(0, 0, 0x0B, 1, 0, 0, 0, 1, 1, 2));
    assertThat(Idx.open(file).get(0).toLongs()).containsExactly(0x102);
  }

  @Test
  void countThatLies() {
    byte[] lie = BYTES.clone();
    lie[4] = (byte) 0xFF;
    assertThatThrownBy(() -> Idx.open(write(folder.resolve("x.idx"), lie)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("4 bytes of elements, expected");
  }

  @Test
  void truncationsOfBothForms() throws IOException {
    for (int length = 0; length < BYTES.length; length++) {
      Path file = write(folder.resolve("x.idx"), Arrays.copyOf(BYTES, length));
      assertThatThrownBy(() -> Idx.open(file)).isInstanceOf(MalformedDataException.class);
    }
    byte[] gzip = gzip(BYTES);
    for (int length = 0; length < gzip.length; length++) {
      Path file = write(folder.resolve("x.idx.gz"), Arrays.copyOf(gzip, length));
      assertThatThrownBy(() -> Idx.open(file))
          .isInstanceOf(MalformedDataException.class)
          .hasMessageContaining("not a whole gzip file");
    }
  }

  @Test
  void unknownElementType() {
    assertThatThrownBy(() -> Idx.open(write(folder.resolve("x.idx"), bytes(0, 0, 7, 0))))
        .hasMessageContaining("element type 0x07");
  }
}
