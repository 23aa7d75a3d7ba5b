package dev.halftone.data.random;

import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataRequest;
import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomReaderTest {
  private static final List<ValueInfo> INPUTS =
      List.of(input("x", DType.FLOAT32, "N", 3, "H"), input("ids", DType.INT64, "N", 5));

  private static DataSet open(String data, long seed) {
    return DataSets.open(new DataRequest(data, null, null, null, 0, INPUTS, seed));
  }

  @Test
  void everyInputInItsShape() {
    DataSet data = open("random", 1);
    assertThat(data.size()).isEqualTo(16);
    assertThat(tensor(data, 0, "x").shape()).containsExactly(1, 3, 64);
    for (float value : tensor(data, 3, "x").toFloats()) assertThat(value).isBetween(-1f, 1f);
    for (long value : tensor(data, 3, "ids").toLongs()) assertThat(value).isBetween(0L, 1L);
    assertThat(data.warnings())
        .containsExactly(
            "samples are random noise: ranges and figures that come from them do not suit real"
                + " inputs",
            "random: open axes H of x: FLOAT32[N, 3, H] have size 64");
  }

  @Test
  void seedAndRowDecide() {
    assertThat(tensor(open("random:2", 7), 1, "x").sameAs(tensor(open("random:9", 7), 1, "x")))
        .isTrue();
    assertThat(tensor(open("random:2", 7), 1, "x").sameAs(tensor(open("random:2", 8), 1, "x")))
        .isFalse();
    assertThat(tensor(open("random:2", 7), 1, "x").sameAs(tensor(open("random:2", 7), 0, "x")))
        .isFalse();
    assertThat(open("random:2", 7).fingerprint()).isNotEqualTo(open("random:2", 8).fingerprint());
  }

  @ParameterizedTest
  @ValueSource(strings = {"random:", "random:0", "random:-1", "random:many", "random:99999999"})
  void countsThatAreNone(String data) {
    assertThatThrownBy(() -> open(data, 0))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("expected 1 to 1000000");
  }
}
