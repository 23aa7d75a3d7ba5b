package dev.halftone.data;

import static dev.halftone.data.TestData.classes;
import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Real files opened by flags alone. */
class SharedDataTest {
  @Test
  void mnist() {
    DataSet data =
        DataSets.open(
            TestData.request(
                SharedData.path("mnist/t10k-images-idx3-ubyte.gz"),
                SharedData.path("mnist/t10k-labels-idx1-ubyte.gz"),
                null,
                input("Input3", DType.FLOAT32, 1, 1, 28, 28)));
    assertThat(data.size()).isEqualTo(10_000);
    assertThat(classes(data)).startsWith(7, 2, 1, 0, 4);
    assertThat(tensor(data, 0, "Input3").toFloats()).contains(254f).contains(0f);
  }

  @Test
  void cifarLabelsComeFromTheFileAndChannelsGoWhereTheModelWantsThem() {
    Path file = SharedData.path("mlperf-tiny/ic01/ic01.bin");
    DataSet first =
        DataSets.open(
            TestData.request(file, null, null, input("input", DType.FLOAT32, "N", 3, 32, 32)));
    DataSet last =
        DataSets.open(
            TestData.request(file, null, null, input("input", DType.FLOAT32, "N", 32, 32, 3)));
    assertThat(classes(first)).hasSize(200).isEqualTo(classes(last));
    float[] planes = tensor(first, 5, "input").toFloats();
    float[] pixels = tensor(last, 5, "input").toFloats();
    assertThat(pixels[3 * (32 * 4 + 7) + 2]).isEqualTo(planes[2 * 1024 + 32 * 4 + 7]);
  }

  @Test
  void photosInTheOrderOfTheLabelFile() {
    DataSet data =
        DataSets.open(
            new DataRequest(
                SharedData.path("imagenet/images").toString(),
                SharedData.path("imagenet/labels.csv").toString(),
                "100:",
                "signed",
                1,
                List.of(input("input", DType.FLOAT32, "N", 3, 160, 160)),
                0));
    assertThat(data.size()).isEqualTo(567);
    assertThat(data.task()).isEqualTo(new Task.Classify(1));
    Tensor sample = tensor(data, 0, "input");
    assertThat(sample.shape()).containsExactly(1, 3, 160, 160);
    for (float value : sample.toFloats()) assertThat(value).isBetween(-1f, 1f);
  }
}
