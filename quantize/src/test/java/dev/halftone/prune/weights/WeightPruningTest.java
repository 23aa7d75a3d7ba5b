package dev.halftone.prune.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.number.Casting;
import dev.halftone.prune.NodeChoice;
import dev.halftone.prune.PrunePlan;
import dev.halftone.prune.PruneRequest.Method;
import dev.halftone.prune.PruneRequest.Pattern;
import dev.halftone.prune.PruneRequest.Scope;
import dev.halftone.prune.PruneRequest.Sparsity;
import dev.halftone.prune.Pruned;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which weights become zero, held to the definition element by element. */
class WeightPruningTest {
  private static final Sparsity HALF =
      new Sparsity(0.5, Scope.GLOBAL, Method.MAGNITUDE, NodeChoice.ALL);

  private static Graphs network() {
    return new Graphs(1)
        .input("x", 1, 8, 6, 6)
        .normal("a", 0.1, 16, 8, 3, 3)
        .node("Conv", "x a", "c")
        .node("Relu", "c", "r")
        .node("GlobalAveragePool", "r", "m")
        .node("Flatten", "m", "f")
        .normal("b", 1, 16, 12)
        .node("Gemm", "f b", "y")
        .output("y");
  }

  private static Pruned sparse(Model model, Sparsity request) {
    return sparse(model, request, null, 1);
  }

  private static Pruned sparse(
      Model model, Sparsity request, @Nullable DataSet samples, int threads) {
    return WeightPruning.sparse(
        model, request, samples, StatisticsSource.RUN, threads, Progress.NONE);
  }

  private static Pruned patterned(Model model, Pattern request, @Nullable DataSet samples) {
    return WeightPruning.patterned(model, request, samples, StatisticsSource.RUN, 2, Progress.NONE);
  }

  private static float[] values(Pruned pruned, String name) {
    return values(pruned.model(), name);
  }

  private static float[] values(Model model, String name) {
    return Objects.requireNonNull(model.graph().initializers().get(name)).toFloats();
  }

  private static long zeros(float[] values) {
    long zeros = 0;
    for (float value : values) if (value == 0) zeros++;
    return zeros;
  }

  /** The larger layer loses more; how large its weights are as a whole does not matter. */
  @Test
  void overAllLayersMagnitudesAreRatiosToTheLayersNorm() {
    Model model = network().model(17);
    Pruned pruned = sparse(model, HALF);
    long first = zeros(values(pruned, "a"));
    long second = zeros(values(pruned, "b"));
    assertThat(first + second).isEqualTo((1152 + 192) / 2);
    assertThat(first).isBetween(1152 / 2L, 1152 * 2L / 3);
    assertThat(pruned.plan().layers())
        .containsExactly(
            new PrunePlan.Layer("c_node", "Conv", 1152, first, ""),
            new PrunePlan.Layer("y_node", "Gemm", 192, second, ""));
    assertThat(pruned.plan().share()).isEqualTo(0.5);
  }

  @Test
  void whatStaysKeepsItsBitsAndNothingElseChanges() {
    Model model = network().model(17);
    Pruned pruned = sparse(model, new Sparsity(0.5, Scope.LAYER, Method.MAGNITUDE, NodeChoice.ALL));
    for (String name : List.of("a", "b")) {
      float[] before = values(model, name);
      float[] after = values(pruned, name);
      float largestGone = 0;
      float leastKept = Float.POSITIVE_INFINITY;
      for (int i = 0; i < before.length; i++) {
        if (after[i] == 0) largestGone = Math.max(largestGone, Math.abs(before[i]));
        else assertThat(after[i]).isEqualTo(before[i]);
        if (after[i] != 0) leastKept = Math.min(leastKept, Math.abs(before[i]));
      }
      assertThat(zeros(after)).isEqualTo(before.length / 2);
      assertThat(largestGone).isLessThanOrEqualTo(leastKept);
    }
    assertThat(pruned.model().graph().nodes()).isEqualTo(model.graph().nodes());
  }

  @Test
  void namesLeaveOut() {
    NodeChoice nodes = new NodeChoice(List.of(), List.of("y*"));
    Pruned pruned =
        sparse(network().model(17), new Sparsity(0.5, Scope.GLOBAL, Method.MAGNITUDE, nodes));
    assertThat(zeros(values(pruned, "a"))).isEqualTo(576);
    assertThat(zeros(values(pruned, "b"))).isZero();
    assertThat(pruned.plan().layers().getLast().reason()).isEqualTo("excluded");
  }

  /** As NVIDIA's ASP and TensorRT want it: along the input channels, at each kernel position. */
  @Test
  void patternsLieAlongInputChannels() {
    Pruned pruned =
        patterned(network().model(17), new Pattern(2, 4, Method.MAGNITUDE, NodeChoice.ALL), null);
    float[] before = values(network().model(17), "a");
    float[] after = values(pruned, "a");
    for (int o = 0; o < 16; o++)
      for (int group = 0; group < 2; group++)
        for (int k = 0; k < 9; k++) {
          int kept = 0;
          float gone = 0;
          float least = Float.POSITIVE_INFINITY;
          for (int i = 0; i < 4; i++) {
            int index = (o * 8 + group * 4 + i) * 9 + k;
            if (after[index] == 0) gone = Math.max(gone, Math.abs(before[index]));
            else least = Math.min(least, Math.abs(before[index]));
            if (after[index] != 0) kept++;
          }
          assertThat(kept).isEqualTo(2);
          assertThat(gone).isLessThanOrEqualTo(least);
        }
    float[] matrix = values(pruned, "b");
    for (int n = 0; n < 12; n++)
      for (int group = 0; group < 4; group++) {
        int kept = 0;
        for (int i = 0; i < 4; i++) if (matrix[(group * 4 + i) * 12 + n] != 0) kept++;
        assertThat(kept).isEqualTo(2);
      }
  }

  @Test
  void channelsThatAreNoMultipleOfThePatternStay() {
    Model model =
        new Graphs(2)
            .input("x", 1, 3, 4, 4)
            .normal("a", 1, 8, 3, 3, 3)
            .node("Conv", "x a", "y")
            .output("y")
            .model(17);
    Pruned pruned = patterned(model, new Pattern(2, 4, Method.MAGNITUDE, NodeChoice.ALL), null);
    assertThat(pruned.plan().isEmpty()).isTrue();
    assertThat(pruned.plan().layers().getFirst().reason())
        .isEqualTo("an output reads 3 input channels, which is no multiple of 4");
    assertThat(pruned.model()).isSameAs(model);
  }

  /** Wanda, equation 1: among the weights of an output those of the least |w| * ||x|| go. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void wandaWeighsByTheInput(int threads) {
    Model model =
        new Graphs(3)
            .input("x", 1, 6)
            .constant("size", Tensor.ofFloats(new float[] {1, 10, 0.1f, 3, 0.01f, 1}, 6))
            .node("Mul", "x size", "s")
            .normal("b", 1, 6, 5)
            .node("MatMul", "s b", "y")
            .output("y")
            .model(17);
    DataSet samples = RandomSamples.of(64, 1, 1, 6);
    Sparsity request = new Sparsity(0.5, Scope.GLOBAL, Method.WANDA, NodeChoice.ALL);
    Pruned pruned = sparse(model, request, samples, threads);
    double[] squares = new double[6];
    for (int row = 0; row < samples.size(); row++) {
      float[] x = Objects.requireNonNull(samples.samples().get(row).get("x")).toFloats();
      float[] size = values(model, "size");
      for (int k = 0; k < 6; k++) squares[k] += Math.pow(x[k] * size[k], 2);
    }
    float[] before = values(model, "b");
    float[] after = values(pruned, "b");
    for (int n = 0; n < 5; n++) {
      double gone = 0;
      double least = Double.POSITIVE_INFINITY;
      int count = 0;
      for (int k = 0; k < 6; k++) {
        double score = Math.abs(before[k * 5 + n]) * Math.sqrt(squares[k]);
        if (after[k * 5 + n] == 0) gone = Math.max(gone, score);
        else least = Math.min(least, score);
        if (after[k * 5 + n] == 0) count++;
      }
      assertThat(count).isEqualTo(3);
      assertThat(gone).isLessThan(least);
    }
  }

  @Test
  void wandaOfAConvolutionIsNoWorseThanMagnitudeWhereInputsDiffer() {
    float[] sizes = {1, 20, 1, 20, 1, 20, 1, 20};
    Model model =
        new Graphs(4)
            .input("x", 1, 8, 5, 5)
            .constant("size", Tensor.ofFloats(sizes, 8, 1, 1))
            .node("Mul", "x size", "s")
            .normal("a", 1, 4, 8, 3, 3)
            .node("Conv", "s a", "y")
            .output("y")
            .model(17);
    DataSet samples = RandomSamples.of(16, 1, 1, 8, 5, 5);
    Map<String, Tensor> unseen = RandomSamples.unseen(1, 1, 8, 5, 5);
    double plain =
        Judge.sqnr(
            model,
            patterned(model, new Pattern(2, 4, Method.MAGNITUDE, NodeChoice.ALL), null).model(),
            unseen);
    double weighed =
        Judge.sqnr(
            model,
            patterned(model, new Pattern(2, 4, Method.WANDA, NodeChoice.ALL), samples).model(),
            unseen);
    assertThat(weighed).isGreaterThan(plain + 10);
  }

  @Test
  void wandaNeedsSamples() {
    Sparsity request = new Sparsity(0.5, Scope.GLOBAL, Method.WANDA, NodeChoice.ALL);
    assertThatThrownBy(() -> sparse(network().model(17), request))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no samples");
  }

  @Test
  void aSharedWeightIsPrunedOnce() {
    Model model =
        new Graphs(5)
            .input("x", 1, 8)
            .normal("b", 1, 8, 8)
            .node("MatMul", "x b", "h")
            .node("MatMul", "h b", "y")
            .output("y")
            .model(17);
    Pruned pruned = sparse(model, HALF);
    assertThat(zeros(values(pruned, "b"))).isEqualTo(32);
    assertThat(pruned.plan().layers()).hasSize(2);
    assertThat(pruned.plan().total()).isEqualTo(64);
    NodeChoice nodes = new NodeChoice(List.of(), List.of("h_node"));
    Pruned kept = sparse(model, new Sparsity(0.5, Scope.GLOBAL, Method.MAGNITUDE, nodes));
    assertThat(kept.plan().isEmpty()).isTrue();
    assertThat(kept.plan().layers().getFirst().reason()).contains("h_node, which is excluded");
  }

  @Test
  void constantsInNodesAndBodies() {
    Tensor weight = Graphs.normal(new Random(6), 1, 4, 4);
    Model body =
        new Graphs(6)
            .node("Constant", "", "w", "value", weight)
            .node("MatMul", "x w", "inner")
            .output("inner")
            .model(17);
    Model model =
        new Graphs(7)
            .input("x", 1, 4)
            .input("choice", DType.BOOL)
            .node("If", "choice", "y", "then_branch", body.graph(), "else_branch", body.graph())
            .output("y")
            .model(17);
    Pruned pruned = sparse(model, HALF);
    Node branch = pruned.model().graph().nodes().getFirst().bodies().getFirst().nodes().getFirst();
    assertThat(branch.attribute("value"))
        .isInstanceOfSatisfying(
            Attribute.OfTensor.class,
            constant -> assertThat(zeros(constant.value().toFloats())).isEqualTo(8));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT64"})
  void everyFloatingPointTypeKeepsItsType(DType type) {
    Tensor weight = Casting.cast(Graphs.normal(new Random(8), 1, 8, 8), type);
    Model model =
        new Graphs(8)
            .input("x", type, 1, 8)
            .constant("b", weight)
            .node("MatMul", "x b", "y")
            .output("y")
            .model(17);
    Tensor after =
        Objects.requireNonNull(sparse(model, HALF).model().graph().initializers().get("b"));
    assertThat(after.dtype()).isEqualTo(type);
    assertThat(zeros(after.toFloats())).isEqualTo(32);
    for (int i = 0; i < 64; i++) assertThat(after.floatAt(i)).isIn(0f, weight.floatAt(i));
  }

  @Test
  void zerosThatWereThereCount() {
    float[] values = new float[64];
    values[5] = 1;
    Model model =
        new Graphs(9)
            .input("x", 1, 8)
            .constant("b", Tensor.ofFloats(values, 8, 8))
            .node("MatMul", "x b", "y")
            .output("y")
            .model(17);
    assertThat(sparse(model, HALF).plan().removed()).isEqualTo(63);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY})
  void refusesWhatIsNoNumber(float value) {
    Model model =
        new Graphs(10)
            .input("x", 1, 2)
            .constant("b", Tensor.ofFloats(new float[] {1, 2, value, 4}, 2, 2))
            .node("MatMul", "x b", "y")
            .output("y")
            .model(17);
    assertThatThrownBy(() -> sparse(model, HALF))
        .isInstanceOf(MalformedModelException.class)
        .hasMessage("weight b: %s at element 2", value);
  }

  @Test
  void sharesAndPatternsOutOfRange() {
    for (double share : new double[] {0, 1, -0.5, Double.NaN})
      assertThatThrownBy(() -> new Sparsity(share, Scope.LAYER, Method.MAGNITUDE, NodeChoice.ALL))
          .isInstanceOf(IllegalArgumentException.class);
    for (int[] pair : new int[][] {{0, 4}, {4, 4}, {1, 65}})
      assertThatThrownBy(() -> new Pattern(pair[0], pair[1], Method.MAGNITUDE, NodeChoice.ALL))
          .isInstanceOf(IllegalArgumentException.class);
  }
}
