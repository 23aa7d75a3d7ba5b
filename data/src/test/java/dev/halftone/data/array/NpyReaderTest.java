package dev.halftone.data.array;

import static dev.halftone.data.TestData.bytes;
import static dev.halftone.data.TestData.floats;
import static dev.halftone.data.TestData.npy;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.source.Column;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyReaderTest {
  @TempDir Path folder;

  private Column open(byte[] file) {
    return Npy.open(write(folder.resolve("a.npy"), file));
  }

  @Test
  void rowsOfARowMajorArray() {
    Column column = open(npy("<f4", false, "(2, 3)", floats(1, 2, 3, 4, 5, 6)));
    assertThat(column.size()).isEqualTo(2);
    assertThat(column.get(1).shape()).containsExactly(3);
    assertThat(column.get(1).toFloats()).containsExactly(4, 5, 6);
  }

  @Test
  void rowsOfAColumnMajorArrayAreTheSame() {
    Column column = open(npy("<f4", true, "(2, 3)", floats(1, 4, 2, 5, 3, 6)));
    assertThat(column.get(0).toFloats()).containsExactly(1, 2, 3);
    assertThat(column.get(1).toFloats()).containsExactly(4, 5, 6);
  }

  @Test
  void bigEndianElementsAreTurned() {
    Column column = open(npy(">i2", false, "(1, 2)", bytes(1, 2, 0xFF, 0xFE)));
    assertThat(column.get(0).toLongs()).containsExactly(0x102, -2);
  }

  @ParameterizedTest
  @CsvSource({
    "f2, FLOAT16, 2", "f4, FLOAT32, 4", "f8, FLOAT64, 8", "i1, INT8, 1", "i2, INT16, 2",
        "i4, INT32, 4",
    "i8, INT64, 8", "u1, UINT8, 1", "u2, UINT16, 2", "u4, UINT32, 4", "u8, UINT64, 8", "b1, BOOL, 1"
  })
  void everyElementType(String descr, DType dtype, int width) {
    Tensor row = open(npy("|" + descr, false, "(1, 3)", new byte[3 * width])).get(0);
    assertThat(row.dtype()).isEqualTo(dtype);
    assertThat(row.byteSize()).isEqualTo(3L * width);
  }

  @Test
  void versions2And3HaveALongerLength() {
    byte[] one = npy("|u1", false, "(2,)", bytes(7, 8));
    for (byte version = 2; version <= 3; version++) {
      byte[] file = new byte[one.length + 2];
      System.arraycopy(one, 0, file, 0, 10);
      file[6] = version;
      System.arraycopy(one, 10, file, 12, one.length - 10);
      assertThat(open(file).get(1).toLongs()).containsExactly(8);
    }
  }

  @Test
  void sizeThatTheShapeDoesNotTake() {
    assertThatThrownBy(() -> open(npy("<f4", false, "(1000000000, 3)", floats(1))))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining(
            "4 bytes of elements, expected 12000000000 for FLOAT32[1000000000, 3]");
  }

  @Test
  void shapeWhoseProductOverflows() {
    String shape = "(4611686018427387904, 4611686018427387904, 4)";
    assertThatThrownBy(() -> open(npy("<f4", false, shape, floats(1))))
        .isInstanceOf(MalformedDataException.class);
    assertThatThrownBy(() -> open(npy("<f4", false, "(99999999999, 99999999999, 4)", floats(1))))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("more elements than can be");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': True}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}"
      })
  void headersThatLie(String text) {
    byte[] header = text.getBytes(StandardCharsets.US_ASCII);
    byte[] file = Arrays.copyOf(npy("<f4", false, "(1,)", floats(1)), 10 + header.length + 4);
    file[8] = (byte) header.length;
    file[9] = 0;
    System.arraycopy(header, 0, file, 10, header.length);
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("a.npy");
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] whole = npy("<f4", false, "(2, 2)", floats(1, 2, 3, 4));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> open(cut)).isInstanceOf(MalformedDataException.class);
    }
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> Npy.open(folder.resolve("none.npy")))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("none.npy");
  }
}
