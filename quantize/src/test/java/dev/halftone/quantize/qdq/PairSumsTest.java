package dev.halftone.quantize.qdq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Node;
import dev.halftone.quantize.Graphs;
import dev.halftone.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairSumsTest {
  private static Node node(String opType, String attribute, int value) {
    Graphs graph = new Graphs(1).input("x", 1, 4).node(opType, "x w", "y", attribute, value);
    return graph.model(13).graph().nodes().getFirst();
  }

  private static double[] least(Node node, Tensor weight) {
    return PairSums.leastScales(node, ChannelView.of(node, weight), weight);
  }

  @Test
  void neighboursOfOneSignAddUp() {
    Tensor rows = Tensor.ofFloats(new float[] {3, 4, -5, 1, 0, -2, -6, -1}, 2, 4);
    assertThat(least(node("Gemm", "transB", 1), rows)).containsExactly(7 / 127.0, 7 / 127.0);
  }

  @Test
  void matricesAreSummedDownTheirColumns() {
    Tensor columns = Tensor.ofFloats(new float[] {3, 0, 4, -2, -5, -6, 1, -1, 9, 0}, 5, 2);
    assertThat(least(node("MatMul", "unused", 1), columns)).containsExactly(9 / 127.0, 7 / 127.0);
  }

  @Test
  void convolutionsAreSummedChannelByChannelAtEachTap() {
    // Two taps of three channels: 1 10 100 at the first, 2 20 200 at the second.
    Tensor weight = Tensor.ofFloats(new float[] {1, 2, 10, 20, 100, 200}, 1, 3, 2);
    // Along the sum 1+10, 100+2, 20+200; tap by tap 1+10, 100, 2+20, 200.
    assertThat(least(node("Conv", "group", 1), weight)).containsExactly(220 / 127.0);
  }

  @Test
  void tapsFilledUpToAnEvenNumberPairTheirChannelsOtherwise() {
    Tensor weight = Tensor.ofFloats(new float[] {1, 90, 10, 80, 100, -200}, 1, 3, 2);
    // Along the sum 1+10, 100+90, 80 and -200; tap by tap 1+10, 100, 90+80, -200.
    assertThat(least(node("Conv", "group", 1), weight)).containsExactly(200 / 127.0);
    Tensor positive = Tensor.ofFloats(new float[] {60, 90, 70, 80, 0, 5}, 1, 3, 2);
    // Along the sum 60+70, 0+90, 80+5; tap by tap 90+80.
    assertThat(least(node("Conv", "group", 1), positive)).containsExactly(170 / 127.0);
  }

  @Test
  void depthwiseConvolutionsAreFree() {
    Tensor weight = Graphs.normal(new Random(1), 1, 4, 1, 3, 3);
    assertThat(least(node("Conv", "group", 4), weight)).containsOnly(0);
    assertThat(least(node("Conv", "group", 2), Graphs.normal(new Random(1), 1, 4, 1, 3, 3)))
        .doesNotContain(0);
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  void whatIsNotFiniteIsLeftToBeRefused(float value) {
    Tensor rows = Tensor.ofFloats(new float[] {3, value, -5, 1}, 1, 4);
    double[] least = least(node("Gemm", "transB", 1), rows);
    assertThat(Double.isFinite(least[0])).isTrue();
  }
}
