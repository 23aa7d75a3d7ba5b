package dev.halftone.data;

import static dev.halftone.data.TestData.bytes;
import static dev.halftone.data.TestData.classes;
import static dev.halftone.data.TestData.floats;
import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.npy;
import static dev.halftone.data.TestData.tensor;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.Targets.Area;
import dev.halftone.data.Targets.Box;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescriptionTest {
  private static final ValueInfo VECTOR = input("x", DType.FLOAT32, "N", 2);

  @TempDir Path folder;

  /** Two clips of three frames of two values: 0 to 11. */
  @BeforeEach
  void clips() {
    float[] values = new float[12];
    for (int i = 0; i < 12; i++) values[i] = i;
    write(folder.resolve("clips.npy"), npy("<f4", false, "(2, 3, 2)", floats(values)));
    write(folder.resolve("labels.npy"), npy("|u1", false, "(2,)", bytes(0, 1)));
  }

  private DataSet open(String yaml, ValueInfo... inputs) {
    return open(yaml, null, null, inputs);
  }

  private DataSet open(
      String yaml, @Nullable String labels, @Nullable String rows, ValueInfo... inputs) {
    String data = write(folder.resolve("d.yaml"), yaml).toString();
    return DataSets.open(new DataRequest(data, labels, rows, null, 0, List.of(inputs), 0));
  }

  private static final String WINDOWS =
      "inputs: {x: {npy: clips.npy, window: {length: 2, step: 1}, reshape: [4]}}\n";
  private static final ValueInfo WINDOW = input("x", DType.FLOAT32, "N", 4);

  @Test
  void windowsOfClipsAreSamples() {
    DataSet data = open(WINDOWS, WINDOW);
    assertThat(data.size()).isEqualTo(4);
    assertThat(tensor(data, 1, "x").toFloats()).containsExactly(2, 3, 4, 5);
    assertThat(tensor(data, 2, "x").toFloats()).containsExactly(6, 7, 8, 9);
  }

  @Test
  void anomaliesAreGroupsOfWindowsAndRowsCountClips() {
    String yaml = WINDOWS + "labels: labels.npy\ntask: anomaly\n";
    assertThat(open(yaml, WINDOW).targets())
        .isEqualTo(new Targets.Anomalies(List.of(0, 0, 1, 1), List.of(false, true)));
    DataSet second = open(yaml, null, "1:", WINDOW);
    assertThat(second.targets()).isEqualTo(new Targets.Anomalies(List.of(0, 0), List.of(true)));
    assertThat(tensor(second, 0, "x").toFloats()).containsExactly(6, 7, 8, 9);
  }

  @Test
  void withoutLabelsRowsCountWindowsAndRequestedRowsCountTheDescribedOnes() {
    DataSet data = open(WINDOWS + "rows: {spread: 3}\n", null, "1:", WINDOW);
    // 0, 1, 2 of 0, 1.33, 2.67 rounded down, and of these the last two.
    assertThat(data.size()).isEqualTo(2);
    assertThat(tensor(data, 1, "x").toFloats()).containsExactly(6, 7, 8, 9);
  }

  @Test
  void windowAlongALaterAxis() {
    DataSet data =
        open(
            "inputs: {x: {npy: clips.npy, window: {length: 1, axis: 2}, reshape: [3]}}",
            input("x", DType.FLOAT32, "N", 3));
    assertThat(data.size()).isEqualTo(4);
    assertThat(tensor(data, 1, "x").toFloats()).containsExactly(1, 3, 5);
  }

  @Test
  void transposeScaleOffsetAndCast() {
    DataSet data =
        open(
            "inputs: {x: {npy: clips.npy, transpose: [0, 2, 1], scale: 2, offset: 1, cast: int32}}",
            input("x", DType.INT64, "N", 2, 3));
    assertThat(tensor(data, 0, "x").toLongs()).containsExactly(1, 5, 9, 3, 7, 11);
  }

  @Test
  void maskDerivedFromIds() {
    write(folder.resolve("ids.npy"), npy("<i2", false, "(1, 2)", bytes(9, 0, 0, 0)));
    DataSet data =
        open(
            "inputs: {ids: {file: ids.npy}}\nderive: {mask: {from: ids, not-equal: 0}}",
            input("ids", DType.INT64, "N", 2),
            input("mask", DType.INT64, "N", 2));
    assertThat(tensor(data, 0, "mask").toLongs()).containsExactly(1, 0);
  }

  @Test
  void constantsAndState() {
    DataSet data =
        open(
            """
            inputs:
              x: {npy: clips.npy, window: {length: 1}, reshape: [2]}
              h: {zeros: [2, 1, 3]}
              rate: {value: 16000}
            state: {h: h_out}
            """,
            VECTOR,
            input("h", DType.FLOAT32, 2, "N", 3),
            input("rate", DType.INT64));
    assertThat(data.state()).isEqualTo(Map.of("h", "h_out"));
    assertThat(data.starts()).containsExactlyInAnyOrder(0, 3);
    assertThat(data.task()).isEqualTo(new Task.Sequence());
    assertThat(tensor(data, 5, "h").shape()).containsExactly(2, 1, 3);
    assertThat(tensor(data, 5, "rate").longAt(0)).isEqualTo(16000);
  }

  @Test
  void skippedRowsStartASequence() {
    String yaml =
        "inputs: {x: {npy: clips.npy, window: {length: 1}, reshape: [2]}, h: {zeros: [1]}}\n"
            + "state: {h: h_out}\nstarts: [2]\n";
    DataSet data = open(yaml, null, "1:3,4:", VECTOR, input("h", DType.FLOAT32, 1));
    assertThat(data.starts()).containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  void theOnlyInputNeedNotBeNamed() {
    DataSet data =
        open("inputs: {\"*\": {npy: clips.npy}}", input("any", DType.FLOAT32, "N", 3, 2));
    assertThat(data.size()).isEqualTo(2);
  }

  @Test
  void otherRootAndOtherLabels() throws IOException {
    Path other = Files.createDirectories(folder.resolve("other"));
    write(other.resolve("clips.npy"), npy("<f4", false, "(1, 2)", floats(7, 8)));
    Path labels = write(other.resolve("l.npy"), npy("|u1", false, "(1,)", bytes(3)));
    Path yaml =
        write(folder.resolve("d.yaml"), "inputs: {x: {npy: clips.npy}}\nlabels: labels.npy\n");
    String data = yaml + "@" + other;
    DataSet set =
        DataSets.open(new DataRequest(data, labels.toString(), null, null, 0, List.of(VECTOR), 0));
    assertThat(classes(set)).containsExactly(3);
    assertThat(tensor(set, 0, "x").toFloats()).containsExactly(7, 8);
  }

  @Test
  void boxesInPixelsOfTheInputAndPhotosWithoutAny() throws IOException {
    BufferedImage image = new BufferedImage(8, 4, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(image, "png", folder.resolve("a.png").toFile());
    ImageIO.write(image, "png", folder.resolve("b.png").toFile());
    write(folder.resolve("order.csv"), "file,person\nb.png,1\na.png,0\n");
    write(folder.resolve("boxes.csv"), "file,class,cx,cy,w,h\na.png,2,0.5,0.5,0.25,1\n");
    String yaml =
        """
        inputs: {x: {images: ., preprocess: {resize: {letterbox: 16, place: center}}}}
        boxes: boxes.csv
        task: {detect: {decoder: mine, strides: 8}}
        """;
    ValueInfo photo = input("x", DType.FLOAT32, 1, 3, 16, 16);
    Targets.Boxes boxes = (Targets.Boxes) open(yaml + "order: order.csv\n", photo).targets();
    List<Box> expected = List.of(new Box(2, 6, 4, 10, 12));
    Area area = new Area(0, 4, 16, 12);
    assertThat(boxes)
        .isEqualTo(new Targets.Boxes(List.of(List.of(), expected), List.of(area, area)));
    DataSet named = open(yaml, photo);
    assertThat(named.targets()).isEqualTo(new Targets.Boxes(List.of(expected), List.of(area)));
    assertThat(named.task()).isEqualTo(new Task.Detect("mine", Map.of("strides", "8")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'labels: l.npy' | key \"inputs\" is missing",
        "'inputs: {x: {npy: clips.npy}}\n"
            + "label: 1' | line 2: key \"label\" is not known, expected one of boxes, derive",
        "'inputs: {x: {npy: clips.npy, lenght: 1}}' | key \"lenght\" of \"inputs.x\" is not known",
        "'inputs: {x: {}}' | no source, expected one of file, zeros, value, cifar, csv, idx,"
            + " images",
        "'inputs: {x: {npy: clips.npy, file: clips.npy}}' | several sources",
        "'inputs: {x: {npy: [1]}}' | \"npy\" is a list, expected text",
        "'inputs: {x: {npy: clips.npy, window: {length: 0}}}' | \"length\" is \"0\", expected a"
            + " whole number from 1",
        "'inputs: {x: {npy: clips.npy, window: {length: 9}}}' | no sample is as long as a window of"
            + " 9",
        "'inputs: {x: {npy: clips.npy, window: {length: 1, axis: 3}}}' | axis 3",
        "'inputs: {x: {npy: clips.npy, transpose: [1, 0, 2]}}' | expected every axis once, 0"
            + " (samples) first",
        "'inputs: {x: {npy: clips.npy, transpose: [0, 1]}}' | transpose counts 2 axes",
        "'inputs: {x: {npy: clips.npy, reshape: [5]}}' | cannot be reshaped to [5]",
        "'inputs: {x: {npy: clips.npy, cast: int9}}' | expected one of float32",
        "'inputs: {y: {npy: clips.npy}}' | feeds input \"y\", which the model has not",
        "'inputs: {x: {zeros: [1, 2]}}' | names no source of samples",
        "'inputs: {x: {npy: clips.npy, reshape: [6]}}\n"
            + "task: guess' | line 2: \"task\" is \"guess\", expected one of classify",
        "'inputs: {x: {npy: clips.npy, reshape: [6]}}\n"
            + "task: {detect: {}}' | key \"decoder\" is missing",
        "'inputs: {x: {npy: clips.npy, reshape: [6]}}\nboxes: b.csv' | boxes need the task detect",
        "'inputs: {x: {npy: clips.npy, reshape: [6]}}\nrows: {spread: 0}' | a whole number from 1",
        "'inputs: {x: {npy: clips.npy, reshape: [6]}}\nrows: many' | expected slices",
        "'inputs: {x: {npy: clips.npy, reshape: [6]}}\n"
            + "order: labels.csv' | gives an order of files",
        "'inputs: {x: {npy: clips.npy, reshape: [6]}}\n"
            + "derive: {y: {from: x}}' | key \"not-equal\" is missing",
        "'[1, 2]' | expected keys with values",
      })
  void whatADescriptionMayNotSay(String yaml, String message) {
    assertThatThrownBy(() -> open(yaml, input("x", DType.FLOAT32, "N", 6)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void preprocessingBelongsIntoTheDescription() {
    String data = write(folder.resolve("d.yaml"), "inputs: {x: {npy: clips.npy}}").toString();
    assertThatThrownBy(
            () -> DataSets.open(new DataRequest(data, null, null, "raw", 0, List.of(VECTOR), 0)))
        .isInstanceOf(MalformedDataException.class);
  }
}
