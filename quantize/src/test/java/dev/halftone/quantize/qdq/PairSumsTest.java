package dev.halftone.quantize.qdq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.calibrate.observe.Channel;
import dev.halftone.calibrate.observe.Channels;
import dev.halftone.calibrate.observe.ExactSum;
import dev.halftone.calibrate.observe.Moments;
import dev.halftone.graph.Node;
import dev.halftone.quantize.Graphs;
import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PairSumsTest {
  private static Node node(String opType, String attribute, int value) {
    Graphs graph = new Graphs(1).input("x", 1, 4).node(opType, "x w", "y", attribute, value);
    return graph.model(13).graph().nodes().getFirst();
  }

  /** Of inputs that may hold every code. */
  private static double[] least(Node node, Tensor weight) {
    return PairSums.leastScales(node, ChannelView.of(node, weight), weight, ChannelCodes.UNKNOWN);
  }

  /** Least scale for two weights of that sum, at most, which are multiplied with any code. */
  private static double pair(double sum) {
    return 255 * sum / (32767 - 255);
  }

  /** Least scale for a weight without a neighbour. */
  private static double single(double weight) {
    return 255 * weight / (32767 - 127.5);
  }

  /** Inputs that lie between 0 and a bound each, of one code a unit. */
  private static ChannelCodes upTo(float... bounds) {
    List<Channel> channels = new ArrayList<>();
    for (float bound : bounds) channels.add(evenly(0, bound));
    return ChannelCodes.of(new Channels(channels), new QuantizationParameters(1, 0, DType.UINT8));
  }

  /** A channel that has as much at one end as at the other. */
  private static Channel evenly(float low, float high) {
    ExactSum sum = ExactSum.ZERO.plus(low).plus(high);
    ExactSum squares = ExactSum.ZERO.plus((double) low * low).plus((double) high * high);
    return new Channel(low, high, new Moments(2, sum, sum, squares));
  }

  @Test
  void neighboursOfOneSignAddUp() {
    Tensor rows = Tensor.ofFloats(new float[] {3, 4, -5, 1, 0, -2, -6, -1}, 2, 4);
    assertThat(least(node("Gemm", "transB", 1), rows)).containsExactly(pair(7), pair(7));
  }

  @Test
  void matricesAreSummedDownTheirColumns() {
    Tensor columns = Tensor.ofFloats(new float[] {3, 0, 4, -2, -5, -6, 1, -1, 9, 0}, 5, 2);
    assertThat(least(node("MatMul", "unused", 1), columns)).containsExactly(single(9), pair(7));
  }

  @Test
  void convolutionsAreSummedChannelByChannelAtEachTap() {
    // Two taps of three channels: 1 10 100 at the first, 2 20 200 at the second.
    Tensor weight = Tensor.ofFloats(new float[] {1, 2, 10, 20, 100, 200}, 1, 3, 2);
    // Along the sum 1+10, 100+2, 20+200; tap by tap 1+10, 100, 2+20, 200.
    assertThat(least(node("Conv", "group", 1), weight)).containsExactly(pair(220));
  }

  @Test
  void tapsFilledUpToAnEvenNumberPairTheirChannelsOtherwise() {
    Tensor weight = Tensor.ofFloats(new float[] {1, 90, 10, 80, 100, -200}, 1, 3, 2);
    // Along the sum 1+10, 100+90, 80 and -200; tap by tap 1+10, 100, 90+80, -200.
    assertThat(least(node("Conv", "group", 1), weight)).containsExactly(pair(200));
    Tensor positive = Tensor.ofFloats(new float[] {60, 90, 70, 80, 0, 5}, 1, 3, 2);
    // Along the sum 60+70, 0+90, 80+5; tap by tap 90+80.
    assertThat(least(node("Conv", "group", 1), positive)).containsExactly(pair(170));
  }

  @Test
  void depthwiseConvolutionsAreFree() {
    Tensor weight = Graphs.normal(new Random(1), 1, 4, 1, 3, 3);
    assertThat(least(node("Conv", "group", 4), weight)).containsOnly(0);
    assertThat(least(node("Conv", "group", 2), Graphs.normal(new Random(1), 1, 4, 1, 3, 3)))
        .doesNotContain(0);
  }

  @Test
  void inputsCountByTheCodesThatTheyHave() {
    Node gemm = node("Gemm", "transB", 1);
    Tensor row = Tensor.ofFloats(new float[] {1, 2, 30, 40}, 1, 4);
    double[] least =
        PairSums.leastScales(gemm, ChannelView.of(gemm, row), row, upTo(200, 100, 10, 5));
    // 200 1 + 100 2 is less than 10 30 + 5 40.
    assertThat(least).containsExactly(500 / (32767 - 7.5));
  }

  @Test
  void groupsReadChannelsOfTheirOwn() {
    Node conv = node("Conv", "group", 2);
    Tensor weight = Tensor.ofFloats(new float[] {1, 2, 1, 2}, 2, 2, 1, 1);
    double[] least =
        PairSums.leastScales(conv, ChannelView.of(conv, weight), weight, upTo(10, 20, 30, 40));
    assertThat(least).containsExactly(50 / (32767 - 15.0), 110 / (32767 - 35.0));
  }

  @Test
  void stackedMatricesReadTheSameInputs() {
    Tensor weight = Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2, 1);
    Node product = node("MatMul", "unused", 1);
    double[] least =
        PairSums.leastScales(product, ChannelView.of(product, weight), weight, upTo(10, 20));
    assertThat(least).containsExactly(110 / (32767 - 15.0));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noCodesWithinTheBoundsSaturate(long seed) {
    Random random = new Random(seed);
    int channels = 1 + random.nextInt(40);
    Tensor weight = Graphs.normal(random, 1, 3, channels);
    List<Channel> seen = new ArrayList<>();
    for (int i = 0; i < channels; i++) seen.add(evenly(-random.nextInt(128), random.nextInt(128)));
    QuantizationParameters parameters = new QuantizationParameters(1, 128, DType.UINT8);
    ChannelCodes codes = ChannelCodes.of(new Channels(seen), parameters);
    Node gemm = node("Gemm", "transB", 1);
    double[] least = PairSums.leastScales(gemm, ChannelView.of(gemm, weight), weight, codes);
    for (int c = 0; c < 3; c++) {
      double worst = worst(weight, c, least[c], codes);
      assertThat(worst).as("seed %d", seed).isLessThanOrEqualTo(32767).isGreaterThan(31000);
    }
  }

  /** The largest magnitude that two products of rounded weights and bounds of inputs sum to. */
  private static double worst(Tensor weight, int row, double scale, ChannelCodes codes) {
    int channels = Math.toIntExact(weight.dimension(1));
    double worst = 0;
    for (int k = 0; k < channels; k += 2) {
      double up = 0;
      double down = 0;
      for (int i = k; i < Math.min(k + 2, channels); i++) {
        double code = Math.rint(weight.floatAt((long) row * channels + i) / scale);
        up += Math.max(code * codes.low(i), code * codes.high(i));
        down += Math.min(code * codes.low(i), code * codes.high(i));
      }
      worst = Math.max(worst, Math.max(up, -down));
    }
    return worst;
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  void whatIsNotFiniteIsLeftToBeRefused(float value) {
    Tensor rows = Tensor.ofFloats(new float[] {3, value, -5, 1}, 1, 4);
    double[] least = least(node("Gemm", "transB", 1), rows);
    assertThat(Double.isFinite(least[0])).isTrue();
  }
}
