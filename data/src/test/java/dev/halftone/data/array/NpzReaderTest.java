package dev.halftone.data.array;

import static dev.halftone.data.TestData.bytes;
import static dev.halftone.data.TestData.floats;
import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.npy;
import static dev.halftone.data.TestData.request;
import static dev.halftone.data.TestData.tensor;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzReaderTest {
  private static final byte[] IDS = npy("<i2", false, "(2, 2)", bytes(1, 0, 2, 0, 3, 0, 4, 0));
  private static final byte[] FLAGS = npy("|b1", false, "(2, 2)", bytes(1, 1, 1, 0));

  @TempDir Path folder;

  private Path npz(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return write(folder.resolve("a.npz"), out.toByteArray());
  }

  @Test
  void arraysGoToTheInputsOfTheirNames() throws IOException {
    Path file = npz(Map.of("mask.npy", FLAGS, "ids.npy", IDS, "other.npy", FLAGS));
    DataSet data =
        DataSets.open(
            request(
                file,
                null,
                null,
                input("ids", DType.INT64, "N", 2),
                input("mask", DType.INT64, "N", 2)));
    assertThat(tensor(data, 1, "ids").toLongs()).containsExactly(3, 4);
    assertThat(tensor(data, 1, "mask").toLongs()).containsExactly(1, 0);
  }

  @Test
  void arrayThatIsMissing() throws IOException {
    Path file = npz(Map.of("ids.npy", IDS, "other.npy", FLAGS));
    assertThatThrownBy(
            () ->
                DataSets.open(
                    request(
                        file,
                        null,
                        null,
                        input("ids", DType.INT64, "N", 2),
                        input("mask", DType.INT64, "N", 2))))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("nothing for the model's input mask");
  }

  @Test
  void entryThatIsNoArray() throws IOException {
    Path file = npz(Map.of("notes.txt", bytes(1)));
    assertThatThrownBy(() -> DataSets.open(request(file, null, null, input("x", DType.FLOAT32, 1))))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("entry notes.txt: expected only .npy files");
  }

  @Test
  void truncatedArchive() throws IOException {
    byte[] whole =
        java.nio.file.Files.readAllBytes(
            npz(Map.of("x.npy", npy("<f4", false, "(1,)", floats(1)))));
    Path file = write(folder.resolve("a.npz"), Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> DataSets.open(request(file, null, null, input("x", DType.FLOAT32, 1))))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("not a ZIP archive");
  }
}
