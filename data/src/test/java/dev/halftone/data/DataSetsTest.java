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

  @Test
  void fileOfNoKnownKind() {
    Path file = write(folder.resolve("x.dat"), "?");
    assertThatThrownBy(() -> DataSets.open(request(file, null, null, VECTOR)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("not data of a known kind");
  }
}
