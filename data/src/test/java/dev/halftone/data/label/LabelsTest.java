package dev.halftone.data.label;

import static dev.halftone.data.TestData.bytes;
import static dev.halftone.data.TestData.classes;
import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.request;
import static dev.halftone.data.TestData.tensor;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataRequest;
import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.data.LabelCountException;
import dev.halftone.data.TestData;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelsTest {
  private static final ValueInfo PIXEL = input("x", DType.UINT8, "N", 3, 1, 1);

  @TempDir Path folder;

  /** photos/cat/1.png … with red values 10, 20, 30 in name order. */
  @BeforeEach
  void photos() throws IOException {
    int red = 0;
    for (String name : new String[] {"cat/1.png", "cat/2.png", "dog/1.png"}) {
      red += 10;
      BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
      image.setRGB(0, 0, red << 16);
      Path file = folder.resolve("photos").resolve(name);
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
    }
  }

  private DataSet open(String labels) {
    return open(folder.resolve("photos"), labels);
  }

  private DataSet open(Path data, String labels) {
    return DataSets.open(
        new DataRequest(data.toString(), labels, null, "raw", 0, List.of(PIXEL), 0));
  }

  private static List<Long> reds(DataSet data) {
    return java.util.stream.IntStream.range(0, data.size())
        .mapToObj(row -> tensor(data, row, "x").longAt(0))
        .toList();
  }

  private String table(String text) {
    return write(folder.resolve("labels.csv"), text).toString();
  }

  @Test
  void folderNamesInTheirOrder() {
    DataSet data = open("folders");
    assertThat(classes(data)).containsExactly(0, 0, 1);
    assertThat(reds(data)).containsExactly(10L, 20L, 30L);
  }

  @Test
  void folderNamesThatAreNumbers() throws IOException {
    Files.move(folder.resolve("photos/cat"), folder.resolve("photos/7"));
    Files.move(folder.resolve("photos/dog"), folder.resolve("photos/3"));
    assertThat(classes(open("folders"))).containsExactly(3, 7, 7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'file,label,name\nphotos/dog/1.png,5,d\nphotos/cat/2.png,6,c\n'", // beside the table
        "'file,name,kind\ndog/1.png,d,5\ncat/2.png,c,6\n'", // beside the photos, first number
        "'dog/1.png,5\ncat/2.png,6\n'", // without header
      })
  void tablesSayWhichFilesAndTheirOrder(String text) {
    DataSet data = open(table(text));
    assertThat(classes(data)).containsExactly(5, 6);
    assertThat(reds(data)).containsExactly(30L, 20L);
  }

  @Test
  void tableOfFilesAsTheData() {
    Path table = Path.of(table("file,label\nphotos/dog/1.png,5\nphotos/cat/2.png,6\n"));
    DataSet data =
        DataSets.open(new DataRequest(table.toString(), null, "1:", "raw", 0, List.of(PIXEL), 0));
    assertThat(classes(data)).containsExactly(6);
    assertThat(reds(data)).containsExactly(20L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'file,label\nnone.png,1\n' | line 2: no such sample below",
        "'file,label\ncat/1.png,-1\n' | line 2: label -1.0, expected a whole number of 0 or more",
        "'file,label\ncat/1.png,1.5\n' | label 1.5",
        "'file,label\ncat/1.png,cat\n' | line 2: \"cat\", expected a number",
        "'file,name\ncat/1.png,cat\n' | no column of numbers",
      })
  void wrongTables(String text, String message) {
    assertThatThrownBy(() -> open(table(text)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("labels.csv")
        .hasMessageContaining(message);
  }

  @Test
  void labelsWithoutFilesBelongToTheSamplesInOrder() {
    Path tsv = write(folder.resolve("l.tsv"), "1\tone text\n0\tanother\n1\tlast\n");
    assertThat(classes(open(tsv.toString()))).containsExactly(1, 0, 1);
    Path shorter = write(folder.resolve("l.tsv"), "1\tone text\n");
    assertThatThrownBy(() -> open(shorter.toString()))
        .isInstanceOf(LabelCountException.class)
        .hasMessageContaining("1 labels for 3 samples");
  }

  @Test
  void labelArrayWithSeveralValuesForASample() {
    Path file =
        write(
            folder.resolve("l.npy"), TestData.npy("|u1", false, "(3, 2)", bytes(1, 2, 3, 4, 5, 6)));
    assertThatThrownBy(() -> open(file.toString()))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("2 values for a sample, expected one label");
  }

  @Test
  void missingLabelFile() {
    assertThatThrownBy(() -> open(folder.resolve("none.csv").toString()))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(NoSuchFileException.class);
  }

  @Test
  void samplesOutsideOfFoldersHaveNoFolderName() throws IOException {
    Files.move(folder.resolve("photos/cat/1.png"), folder.resolve("photos/1.png"));
    assertThatThrownBy(() -> open("folders"))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("lies in no folder");
    Path array =
        write(folder.resolve("x.npy"), TestData.npy("|u1", false, "(1, 3)", bytes(1, 2, 3)));
    assertThatThrownBy(() -> DataSets.open(request(array, Path.of("folders"), null, PIXEL)))
        .isInstanceOf(MalformedDataException.class);
  }
}
