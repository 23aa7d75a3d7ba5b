package dev.halftone.prune.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows and columns of weights, held to the operators' own index formulas. */
class WeightLayoutTest {
  private static Node node(String opType, String attribute, long value) {
    return Node.of("n", opType, List.of("x", "w"), List.of("y"))
        .withAttribute(attribute, new Attribute.OfInt(value));
  }

  private static WeightLayout layout(Node node, long... shape) {
    Tensor weight = Tensor.ofFloats(new float[(int) Tensor.elements(shape)], shape);
    return Objects.requireNonNull(WeightLayout.of(node, weight));
  }

  static Stream<Arguments> weights() {
    return Stream.of(
        Arguments.of(node("Conv", "group", 1), 8, 36, new long[] {8, 4, 3, 3}),
        Arguments.of(node("Conv", "group", 2), 6, 20, new long[] {6, 4, 5}),
        Arguments.of(node("ConvTranspose", "group", 1), 3, 20, new long[] {5, 3, 2, 2}),
        Arguments.of(node("ConvTranspose", "group", 2), 6, 12, new long[] {6, 3, 2, 2}),
        Arguments.of(node("Gemm", "transB", 0), 7, 5, new long[] {5, 7}),
        Arguments.of(node("Gemm", "transB", 1), 5, 7, new long[] {5, 7}),
        Arguments.of(node("MatMul", "none", 0), 7, 5, new long[] {5, 7}),
        Arguments.of(node("MatMul", "none", 0), 21, 5, new long[] {3, 5, 7}));
  }

  @ParameterizedTest
  @MethodSource("weights")
  void everyElementIsInOneRowAndOneColumn(Node node, int rows, int columns, long[] shape) {
    WeightLayout layout = layout(node, shape);
    assertThat(layout.rows()).isEqualTo(rows);
    assertThat(layout.columns()).isEqualTo(columns);
    BitSet seen = new BitSet();
    for (int row = 0; row < rows; row++)
      for (int column = 0; column < columns; column++) seen.set(layout.index(row, column));
    assertThat(seen.cardinality()).isEqualTo((int) Tensor.elements(shape));
    assertThat(seen.length()).isEqualTo(rows * columns);
  }

  /** ONNX operators, Conv-11: W is [M, C / group, kH, kW]. */
  @Test
  void aConvolutionReadsTheChannelsOfItsGroup() {
    WeightLayout layout = layout(node("Conv", "group", 2), 6, 4, 3, 3);
    assertThat(layout.channels()).isEqualTo(8);
    for (int o = 0; o < 6; o++)
      for (int c = 0; c < 4; c++)
        for (int k = 0; k < 9; k++) {
          int index = (o * 4 + c) * 9 + k;
          assertThat(layout.index(o, c * 9 + k)).isEqualTo(index);
          assertThat(layout.channel(index)).isEqualTo(o / 3 * 4 + c);
        }
  }

  /** ONNX operators, ConvTranspose-11: W is [C, M / group, kH, kW]. */
  @Test
  void aTransposedConvolutionHasItsInputsFirst() {
    WeightLayout layout = layout(node("ConvTranspose", "group", 2), 6, 3, 2, 2);
    assertThat(layout.channels()).isEqualTo(6);
    for (int c = 0; c < 6; c++)
      for (int o = 0; o < 3; o++)
        for (int k = 0; k < 4; k++) {
          int index = (c * 3 + o) * 4 + k;
          assertThat(layout.index(c / 3 * 3 + o, c % 3 * 4 + k)).isEqualTo(index);
          assertThat(layout.channel(index)).isEqualTo(c);
        }
  }

  @Test
  void aBatchOfMatricesReadsTheSameChannels() {
    WeightLayout layout = layout(node("MatMul", "none", 0), 3, 5, 7);
    assertThat(layout.channels()).isEqualTo(5);
    assertThat(layout.channel(2 * 35 + 4 * 7 + 6)).isEqualTo(4);
  }

  @Test
  void whatDoesNotFitHasNone() {
    Tensor weight = Tensor.ofFloats(new float[20], 5, 4);
    assertThat(WeightLayout.of(node("Conv", "group", 2), weight)).isNull();
    assertThat(WeightLayout.of(node("Conv", "group", 0), weight)).isNull();
    assertThat(WeightLayout.of(node("Gather", "axis", 0), weight)).isNull();
    assertThat(WeightLayout.of(node("MatMul", "none", 0), Tensor.ofFloats(new float[3], 3)))
        .isNull();
  }

  /** Against a sort of each row. */
  @ParameterizedTest
  @MethodSource("weights")
  void rowsLoseTheirLeastScores(Node node, int rows, int columns, long[] shape) {
    WeightLayout layout = layout(node, shape);
    Random random = new Random(rows * 100L + columns);
    float[] scores = new float[rows * columns];
    // Few values, so that many are equal.
    for (int i = 0; i < scores.length; i++) scores[i] = random.nextInt(4);
    BitSet zeros = LeastWeights.ofRows(scores, layout, 0.5);
    for (int row = 0; row < rows; row++) {
      double[] gone = new double[columns];
      double[] kept = new double[columns];
      Arrays.fill(kept, Double.POSITIVE_INFINITY);
      int count = 0;
      for (int column = 0; column < columns; column++) {
        int index = layout.index(row, column);
        if (zeros.get(index)) gone[count++] = scores[index];
        else kept[column] = scores[index];
      }
      assertThat(count).isEqualTo(columns / 2);
      assertThat(Arrays.stream(gone).max().orElseThrow())
          .isLessThanOrEqualTo(Arrays.stream(kept).min().orElseThrow());
    }
  }
}
