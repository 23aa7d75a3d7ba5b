package dev.halftone.data;

import static dev.halftone.data.TestData.bytes;
import static dev.halftone.data.TestData.classes;
import static dev.halftone.data.TestData.floats;
import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.npy;
import static dev.halftone.data.TestData.request;
import static dev.halftone.data.TestData.tensor;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetsTest {
  private static final ValueInfo VECTOR = input("x", DType.FLOAT32, "N", 2);

  @TempDir Path folder;

  private Path array() {
    return write(
        folder.resolve("x.npy"), npy("<f4", false, "(4, 2)", floats(0, 1, 2, 3, 4, 5, 6, 7)));
  }

  private Path labels(int... classes) {
    String shape = "(" + classes.length + ",)";
    return write(folder.resolve("labels.npy"), npy("|u1", false, shape, bytes(classes)));
  }

  @Test
  void eachSampleIsABatchOfOne() {
    Tensor sample = tensor(DataSets.open(request(array(), null, null, VECTOR)), 2, "x");
    assertThat(sample.shape()).containsExactly(1, 2);
    assertThat(sample.toFloats()).containsExactly(4, 5);
  }

  @Test
  void rowsAreTakenOfSamplesAndLabels() {
    DataSet data = DataSets.open(request(array(), labels(5, 6, 7, 8), "3,0:2", VECTOR));
    assertThat(data.size()).isEqualTo(3);
    assertThat(tensor(data, 0, "x").toFloats()).containsExactly(6, 7);
    assertThat(classes(data)).containsExactly(8, 5, 6);
    assertThat(data.task()).isEqualTo(new Task.Classify(0));
  }

  @Test
  void withoutLabelsThereIsOnlyComparison() {
    DataSet data = DataSets.open(request(array(), null, null, VECTOR));
    assertThat(data.targets()).isNull();
    assertThat(data.task()).isEqualTo(new Task.CompareOnly());
    assertThat(data.starts()).isEmpty();
  }

  @Test
  void labelsOfTheWrongLength() {
    assertThatThrownBy(() -> DataSets.open(request(array(), labels(1, 2, 3), null, VECTOR)))
        .isInstanceOf(LabelCountException.class)
        .hasMessageContaining("3 labels for 4 samples");
  }

  @Test
  void shapeThatDoesNotFit() {
    ValueInfo other = input("x", DType.FLOAT32, "N", 3);
    assertThatThrownBy(() -> DataSets.open(request(array(), null, null, other)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining(
            "a sample of shape [2] does not fit the model's input x: FLOAT32[N, 3]");
  }

  @Test
  void severalInputsNeedNames() {
    ValueInfo second = input("y", DType.FLOAT32, "N", 2);
    assertThatThrownBy(() -> DataSets.open(request(array(), null, null, VECTOR, second)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("x: FLOAT32[N, 2]; y: FLOAT32[N, 2]");
  }

  @Test
  void fingerprintFollowsTheBytes() {
    String before = DataSets.open(request(array(), null, null, VECTOR)).fingerprint();
    assertThat(before).hasSize(64);
    assertThat(DataSets.open(request(array(), null, null, VECTOR)).fingerprint()).isEqualTo(before);
    write(folder.resolve("x.npy"), npy("<f4", false, "(1, 2)", floats(0, 1)));
    DataSet changed = DataSets.open(request(folder.resolve("x.npy"), null, null, VECTOR));
    assertThat(changed.fingerprint()).isNotEqualTo(before);
  }

  /** The same file, read in other ways. */
  @Test
  void contentsFollowRowsAndLabels() {
    Path labels = labels(5, 6, 7, 8);
    List<String> contents = new ArrayList<>();
    for (String rows : List.of("0:2", "2:4", "1,0"))
      contents.add(DataSets.open(request(array(), null, rows, VECTOR)).contents());
    contents.add(DataSets.open(request(array(), labels, "0:2", VECTOR)).contents());
    assertThat(DataSets.open(request(array(), labels, "0:2", VECTOR)).contents())
        .isEqualTo(contents.getLast())
        .hasSize(64);
    contents.add(DataSets.open(request(array(), labels(5, 7, 7, 8), "0:2", VECTOR)).contents());
    assertThat(contents).doesNotHaveDuplicates();
  }

  /** Every value that samples may have an effect by counts, not only the bytes in a row. */
  @Test
  void contentsFollowShapesOffsetsAndTargets() {
    Tensor flat = Tensor.ofFloats(new float[] {1, 2}, 1, 2);
    Targets classes = new Targets.Classes(List.of(1));
    Targets boxes = new Targets.Boxes(List.of(List.of(new Targets.Box(1, 0, 0, 1, 1))));
    assertThat(
            Stream.of(
                    one(flat, classes, new Task.Classify(0)),
                    one(flat, classes, new Task.Classify(1)),
                    one(flat, boxes, new Task.Classify(0)),
                    one(flat, new Targets.Anomalies(List.of(0), List.of(true)), new Task.Anomaly()),
                    one(
                        flat,
                        new Targets.Anomalies(List.of(0), List.of(false)),
                        new Task.Anomaly()),
                    one(flat.reshape(2, 1), classes, new Task.Classify(0)))
                .map(DataSet::contents))
        .doesNotHaveDuplicates();
  }

  private static DataSet one(Tensor value, Targets targets, Task task) {
    Samples samples =
        new Samples() {
          @Override
          public int size() {
            return 1;
          }

          @Override
          public Map<String, Tensor> get(int row) {
            return Map.of("x", value);
          }
        };
    return new DataSet(samples, targets, task, Map.of(), Set.of(), "the same");
  }

  @Test
  void fileOfNoKnownKind() {
    Path file = write(folder.resolve("x.dat"), "?");
    assertThatThrownBy(() -> DataSets.open(request(file, null, null, VECTOR)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("not data of a known kind");
  }
}
