package dev.halftone.prune.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.number.Casting;
import dev.halftone.prune.NodeChoice;
import dev.halftone.prune.PruneRequest.Method;
import dev.halftone.prune.PruneRequest.Pattern;
import dev.halftone.prune.PruneRequest.Scope;
import dev.halftone.prune.PruneRequest.Sparsity;
import dev.halftone.prune.Pruned;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SparseGPT on whole models. */
class SequentialPruningTest {
  private static final Pattern HALF = new Pattern(2, 4, Method.SPARSEGPT, NodeChoice.ALL);
  private static final DataSet IMAGES = RandomSamples.of(24, 1, 1, 8, 9, 7);

  private static Sparsity share(double share, Scope scope, Method method) {
    return new Sparsity(share, scope, method, NodeChoice.ALL);
  }

  private static Pruned sparse(Model model, Sparsity request, DataSet samples) {
    return WeightPruning.sparse(model, request, samples, StatisticsSource.RUN, 1, Progress.NONE);
  }

  private static Pruned patterned(Model model, Pattern request, DataSet samples) {
    return WeightPruning.patterned(model, request, samples, StatisticsSource.RUN, 1, Progress.NONE);
  }

  private static Model convolution(Object... attributes) {
    return new Graphs(3)
        .input("x", 1, 8, 9, 7)
        .normal("w", 1, 6, 8, 3, 2)
        .node("Conv", "x w", "y", attributes)
        .output("y")
        .model(17);
  }

  static List<Model> layers() {
    return List.of(
        convolution(),
        convolution("pads", new int[] {1, 0, 2, 1}, "strides", new int[] {2, 1}),
        convolution("dilations", new int[] {2, 3}, "pads", new int[] {2, 3, 2, 3}),
        convolution("auto_pad", "SAME_UPPER", "strides", new int[] {2, 2}),
        convolution("auto_pad", "SAME_LOWER", "strides", new int[] {2, 3}),
        convolution("auto_pad", "VALID"),
        new Graphs(4)
            .input("x", 1, 8, 9, 7)
            .normal("w", 1, 6, 4, 2, 3)
            .node("Conv", "x w", "y", "group", 2)
            .output("y")
            .model(17),
        new Graphs(5)
            .input("x", 1, 8, 9, 7)
            .node("Relu", "x", "r")
            .normal("w", 1, 7, 5)
            .node("MatMul", "r w", "y")
            .output("y")
            .model(17),
        new Graphs(6)
            .input("x", 1, 8, 9, 7)
            .node("Flatten", "x", "f")
            .normal("w", 1, 5, 504)
            .node("Gemm", "f w", "y", "transB", 1)
            .output("y")
            .model(17));
  }

  /** What a layer gives is known from its weights and the sums: {@code |W x|^2 = W H W^T}. */
  @ParameterizedTest
  @MethodSource("layers")
  void theSumsAreThoseOfTheInputs(Model model) {
    PrunableWeight weight =
        PrunableWeight.of(
            WeightUses.of(model.graph()).getFirst(), share(0.5, Scope.LAYER, Method.SPARSEGPT));
    WeightLayout layout = Objects.requireNonNull(weight.layout());
    List<InputPatches> readers = InputProducts.readers(weight, layout);
    double[][] sums = InputProducts.of(model, readers, layout, IMAGES);
    assertThat(squares(weight, layout, sums) / outputSquares(model)).isCloseTo(1, within(1e-4));
  }

  private static double squares(PrunableWeight weight, WeightLayout layout, double[][] sums) {
    int columns = layout.columns();
    int rows = layout.rows() / sums.length;
    double squares = 0;
    for (int row = 0; row < layout.rows(); row++)
      for (int i = 0; i < columns; i++)
        for (int j = 0; j < columns; j++) {
          double entry = sums[row / rows][Math.min(i, j) * columns + Math.max(i, j)];
          float a = weight.value().floatAt(SequentialPruning.index(layout, row, i));
          float b = weight.value().floatAt(SequentialPruning.index(layout, row, j));
          squares += entry * a * b;
        }
    return squares;
  }

  private static double outputSquares(Model model) {
    double squares = 0;
    try (RunnableModel run = RunnableModel.open(model, List.of(), RunOptions.asWritten())) {
      for (int row = 0; row < IMAGES.size(); row++)
        for (float y :
            Objects.requireNonNull(run.run(IMAGES.samples().get(row)).get("y")).toFloats())
          squares += (double) y * y;
    }
    return squares;
  }

  private static Model network() {
    return new Graphs(1)
        .input("x", 1, 8, 9, 7)
        .normal("a", 0.2, 16, 8, 3, 3)
        .node("Conv", "x a", "c", "pads", new int[] {1, 1, 1, 1})
        .node("Relu", "c", "r")
        .normal("b", 0.2, 16, 16, 3, 3)
        .node("Conv", "r b", "d")
        .node("Relu", "d", "s")
        .node("GlobalAveragePool", "s", "m")
        .node("Flatten", "m", "f")
        .normal("e", 1, 16, 12)
        .node("Gemm", "f e", "y")
        .output("y")
        .model(17);
  }

  private static long zeros(Pruned pruned, String name) {
    long zeros = 0;
    Tensor weight = Objects.requireNonNull(pruned.model().graph().initializers().get(name));
    for (float value : weight.toFloats()) if (value == 0) zeros++;
    return zeros;
  }

  @Test
  void losesLessThanMagnitudeAndWanda() {
    DataSet samples = RandomSamples.of(200, 1, 1, 8, 9, 7);
    Map<String, Tensor> unseen = RandomSamples.unseen(1, 1, 8, 9, 7);
    double own = Judge.sqnr(network(), patterned(network(), HALF, samples).model(), unseen);
    for (Method other : List.of(Method.MAGNITUDE, Method.WANDA)) {
      Pattern request = new Pattern(2, 4, other, NodeChoice.ALL);
      double theirs = Judge.sqnr(network(), patterned(network(), request, samples).model(), unseen);
      assertThat(own).as(other.name()).isGreaterThan(theirs + 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void asManyOfEachLayerGoAsByMagnitude(Scope scope) {
    Pruned own = sparse(network(), share(0.6, scope, Method.SPARSEGPT), IMAGES);
    Pruned plain = sparse(network(), share(0.6, scope, Method.MAGNITUDE), IMAGES);
    for (String name : List.of("a", "b", "e"))
      assertThat(zeros(own, name)).isEqualTo(zeros(plain, name));
    assertThat(own.plan()).isEqualTo(plain.plan());
  }

  /** Three weights a group: a share of each, rounded down, would be none. */
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.3, 0.6})
  void groupsShareWhatGoes(double share) {
    Model model =
        new Graphs(1)
            .input("x", 1, 8, 9, 7)
            .normal("a", 0.2, 8, 1, 3, 1)
            .node("Conv", "x a", "y", "group", 8)
            .output("y")
            .model(17);
    Pruned own = sparse(model, share(share, Scope.LAYER, Method.SPARSEGPT), IMAGES);
    Pruned plain = sparse(model, share(share, Scope.LAYER, Method.MAGNITUDE), IMAGES);
    assertThat(zeros(plain, "a")).isPositive();
    assertThat(zeros(own, "a")).isEqualTo(zeros(plain, "a"));
  }

  @Test
  void thePatternHoldsAlongTheInputChannels() {
    Pruned pruned = patterned(network(), HALF, IMAGES);
    Tensor weight = Objects.requireNonNull(pruned.model().graph().initializers().get("b"));
    for (int output = 0; output < 16; output++)
      for (int channel = 0; channel < 16; channel += 4)
        for (int position = 0; position < 9; position++) {
          int zeros = 0;
          for (int i = 0; i < 4; i++)
            if (weight.floatAt((output * 16L + channel + i) * 9 + position) == 0) zeros++;
          assertThat(zeros).isEqualTo(2);
        }
  }

  @Test
  void halfPrecisionStaysSo() {
    Tensor weight = Casting.cast(Graphs.normal(new Random(1), 1, 8, 6), DType.FLOAT16);
    Model model =
        new Graphs(1)
            .input("x", DType.FLOAT16, 1, 8)
            .constant("w", weight)
            .node("MatMul", "x w", "y")
            .output("y")
            .model(17);
    Pruned pruned = patterned(model, HALF, RandomSamples.of(40, 1, 1, 8));
    Tensor after = Objects.requireNonNull(pruned.model().graph().initializers().get("w"));
    assertThat(after.dtype()).isEqualTo(DType.FLOAT16);
    assertThat(zeros(pruned, "w")).isEqualTo(24);
  }

  @Test
  void whatIsNotSeenStaysAsItIs() {
    Model model =
        new Graphs(1)
            .input("x", 1, 8)
            .constant("none", Tensor.ofFloats(new float[8], 1, 8))
            .node("Mul", "x none", "h")
            .normal("w", 1, 8, 6)
            .node("MatMul", "h w", "y")
            .output("y")
            .model(17);
    Pruned pruned = patterned(model, HALF, RandomSamples.of(4, 1, 1, 8));
    assertThat(zeros(pruned, "w")).isZero();
    assertThat(pruned.plan().layers().getFirst().reason()).contains("nothing but zeros");
  }

  @Test
  void refusesAStrideOfNothing() {
    assertThatThrownBy(() -> patterned(convolution("strides", new int[] {0, 1}), HALF, IMAGES))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("stride 0");
  }

  @Test
  void refusesInputsThatDoNotFit() {
    assertThatThrownBy(() -> patterned(network(), HALF, RandomSamples.of(4, 1, 1, 7, 9, 7)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("[1, 7, 9, 7]");
  }
}
