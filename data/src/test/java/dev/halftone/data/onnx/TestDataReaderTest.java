package dev.halftone.data.onnx;

import static dev.halftone.data.TestData.bytes;
import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.request;
import static dev.halftone.data.TestData.tensor;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.graph.BadInputException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.OnnxTensors;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestDataReaderTest {
  private static final ValueInfo X = input("x", DType.FLOAT32, "N", 2);
  private static final ValueInfo Y = input("y", DType.INT64, "N");

  @TempDir Path folder;

  private void set(int number, String first, String second) throws IOException {
    Path set = Files.createDirectories(folder.resolve("test_data_set_" + number));
    Tensor x = Tensor.ofFloats(new float[] {number, 1}, 1, 2);
    OnnxTensors.write(new OnnxTensors.Named(first, x), set.resolve("input_0.pb"));
    Tensor y = Tensor.ofLongs(new long[] {number}, 1);
    OnnxTensors.write(new OnnxTensors.Named(second, y), set.resolve("input_1.pb"));
  }

  @Test
  void setsInTheOrderOfTheirNumbers() throws IOException {
    for (int number : new int[] {0, 2, 10}) set(number, "x", "y");
    DataSet data = DataSets.open(request(folder, null, null, X, Y));
    assertThat(data.size()).isEqualTo(3);
    assertThat(tensor(data, 2, "x").toFloats()).containsExactly(10, 1);
    assertThat(tensor(data, 2, "y").toLongs()).containsExactly(10);
  }

  @Test
  void tensorsWithoutNamesBelongToTheInputsInOrder() throws IOException {
    set(3, "", "");
    DataSet data = DataSets.open(request(folder.resolve("test_data_set_3"), null, null, X, Y));
    assertThat(tensor(data, 0, "y").toLongs()).containsExactly(3);
  }

  @Test
  void brokenTensorFile() throws IOException {
    set(0, "x", "y");
    write(folder.resolve("test_data_set_0/input_1.pb"), bytes(0xFF, 0xFF, 0xFF));
    assertThatThrownBy(() -> DataSets.open(request(folder, null, null, X, Y)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("input_1.pb");
  }
}
