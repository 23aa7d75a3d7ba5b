package dev.halftone.data.array;

import static dev.halftone.data.TestData.classes;
import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.request;
import static dev.halftone.data.TestData.tensor;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarReaderTest {
  private static final ValueInfo PLANES = input("x", DType.FLOAT32, "N", 3, 32, 32);
  private static final ValueInfo PIXELS = input("x", DType.FLOAT32, "N", 32, 32, 3);

  @TempDir Path folder;

  private byte[] records() {
    byte[] file = new byte[2 * 3073];
    file[0] = 3;
    file[3073] = 9;
    // Second image: red, green and blue of the pixel in line 1, column 2.
    file[3074 + 34] = 10;
    file[3074 + 1024 + 34] = 20;
    file[3074 + 2048 + 34] = (byte) 250;
    return file;
  }

  @Test
  void imagesAndTheirLabels() {
    DataSet data =
        DataSets.open(request(write(folder.resolve("x.bin"), records()), null, null, PLANES));
    assertThat(classes(data)).containsExactly(3, 9);
    float[] image = tensor(data, 1, "x").toFloats();
    assertThat(new float[] {image[34], image[1024 + 34], image[2048 + 34]})
        .containsExactly(10, 20, 250);
  }

  @Test
  void channelsLastWhereTheModelWantsThem() {
    DataSet data =
        DataSets.open(request(write(folder.resolve("x.bin"), records()), null, null, PIXELS));
    assertThat(tensor(data, 1, "x").toFloats(34 * 3, 3)).containsExactly(10, 20, 250);
  }

  @Test
  void labelThatIsNone() {
    byte[] file = records();
    file[3073] = 10;
    Path path = write(folder.resolve("x.bin"), file);
    assertThatThrownBy(() -> DataSets.open(request(path, null, null, PLANES)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("byte 3073: label 10, expected 0 to 9");
  }
}
