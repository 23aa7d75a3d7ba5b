package dev.halftone.quantize.qdq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.quantize.Graphs;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlacerTest {
  private static Recipe recipe(boolean symmetric, List<String> exclude) {
    return new Recipe(
        Mode.STATIC,
        DType.INT8,
        DType.UINT8,
        new Granularity.PerChannel(),
        symmetric,
        true,
        false,
        false,
        false,
        true,
        Calibration.MINMAX,
        List.of(),
        exclude,
        false);
  }

  private static Placement place(Graph graph) {
    return Placer.place(graph, new StaticSelection(recipe(false, List.of()), 13, Map.of()));
  }

  private static List<String> outputs(Collection<Node> nodes) {
    return nodes.stream().map(node -> node.output(0)).sorted().toList();
  }

  private static Graphs convolutions() {
    return new Graphs(1)
        .input("x", 1, 3, 8, 8)
        .normal("w1", 0.1, 4, 3, 3, 3)
        .normal("w2", 0.1, 4, 4, 3, 3);
  }

  @Test
  void reluIsMergedIntoTheConvolutionBeforeIt() {
    Placement placement =
        place(
            convolutions()
                .node("Conv", "x w1", "a")
                .node("Relu", "a", "r")
                .node("Conv", "r w2", "y")
                .output("y")
                .graph());
    assertThat(placement.pairs()).containsExactlyInAnyOrder("x", "r", "y");
    assertThat(placement.reasons()).isEmpty();
  }

  /** With -1e9 in its range, a value has one code left for all real numbers. */
  @Test
  void whatMasksStaysInFloat() {
    Graph selecting =
        convolutions()
            .input("mask", DType.BOOL, 1, 4, 6, 6)
            .constant("never", Tensor.scalar(-1e9f))
            .node("Conv", "x w1", "a")
            .node("Where", "mask a never", "m")
            .node("MaxPool", "m", "p", "kernel_shape", new int[] {2, 2})
            .node("Conv", "p w2", "y")
            .output("y")
            .graph();
    assertThat(place(selecting).pairs()).containsExactlyInAnyOrder("x", "a", "p", "y");
    Graph adding =
        convolutions()
            .input("mask", 1, 4, 6, 6)
            .constant("never", Tensor.scalar(-10000f))
            .node("Conv", "x w1", "a")
            .node("Mul", "mask never", "s")
            .node("Add", "a s", "m")
            .node("MaxPool", "m", "p", "kernel_shape", new int[] {2, 2})
            .node("Conv", "p w2", "y")
            .output("y")
            .graph();
    assertThat(place(adding).pairs()).containsExactlyInAnyOrder("x", "a", "p", "y");
  }

  @Test
  void reluUnderSymmetricActivationsStays() {
    Graph graph =
        convolutions()
            .node("Conv", "x w1", "a")
            .node("Relu", "a", "r")
            .node("Conv", "r w2", "y")
            .output("y")
            .graph();
    Placement placement =
        Placer.place(graph, new StaticSelection(recipe(true, List.of()), 13, Map.of()));
    assertThat(placement.pairs()).containsExactlyInAnyOrder("x", "a", "r", "y");
  }

  @Test
  void anExcludedRectifierStays() {
    Graph graph =
        convolutions()
            .constant("zero", Tensor.scalar(0f))
            .constant("six", Tensor.scalar(6f))
            .node("Conv", "x w1", "a")
            .node("Clip", "a zero six", "c")
            .node("Conv", "c w2", "b")
            .node("Relu", "b", "r")
            .node("Conv", "r w2", "y")
            .output("y")
            .graph();
    List<String> exclude = List.of("c_node", "r_node");
    Placement placement =
        Placer.place(graph, new StaticSelection(recipe(false, exclude), 13, Map.of()));
    assertThat(placement.absorbed()).isEmpty();
    assertThat(placement.pairs()).containsExactlyInAnyOrder("x", "a", "c", "b", "r", "y");
    assertThat(placement.reasons().values()).containsExactly("excluded", "excluded");
  }

  @Test
  void clipWhoseBoundsExcludeZeroStays() {
    Graphs graphs =
        convolutions()
            .constant("one", Tensor.scalar(1f))
            .constant("three", Tensor.scalar(3f))
            .node("Conv", "x w1", "a");
    Placement placement =
        place(
            graphs.node("Clip", "a one three", "c").node("Conv", "c w2", "y").output("y").graph());
    assertThat(placement.pairs()).containsExactlyInAnyOrder("x", "a", "c", "y");
  }

  @Test
  void clipWhoseBoundsIncludeZeroIsMerged() {
    Graphs graphs =
        convolutions()
            .constant("zero", Tensor.scalar(0f))
            .constant("six", Tensor.scalar(6f))
            .node("Conv", "x w1", "a");
    Placement placement =
        place(graphs.node("Clip", "a zero six", "c").node("Conv", "c w2", "y").output("y").graph());
    assertThat(placement.pairs()).containsExactlyInAnyOrder("x", "c", "y");
  }

  @Test
  void shapeOnlyOperatorsShareTheRangeOfWhatComesIn() {
    Placement placement =
        place(
            convolutions()
                .node("Conv", "x w1", "a")
                .node("Transpose", "a", "t", "perm", new int[] {0, 1, 3, 2})
                .node("MaxPool", "t", "m", "kernel_shape", new int[] {2, 2})
                .node("Conv", "m w2", "y")
                .output("y")
                .graph());
    assertThat(placement.rangeSource())
        .containsEntry("t", "a")
        .containsEntry("m", "a")
        .containsEntry("y", "y");
    assertThat(outputs(placement.shapeOnly())).containsExactly("m", "t");
  }

  @Test
  void whatFollowsTheLastLinearOperatorStaysInFloat() {
    Placement placement =
        place(
            convolutions()
                .node("Conv", "x w1", "boxes")
                .node("Conv", "x w1", "scores")
                .node("Sigmoid", "scores", "s")
                .node("Concat", "boxes s", "y", "axis", 1)
                .output("y")
                .graph());
    assertThat(placement.arithmetic()).isEmpty();
    assertThat(placement.pairs()).containsExactlyInAnyOrder("x", "boxes", "scores");
    assertThat(placement.reasons().values()).containsOnly("no integer operator follows");
  }

  @Test
  void residualAdditionBetweenConvolutionsIsQuantized() {
    Placement placement =
        place(
            convolutions()
                .node("Conv", "x w1", "a")
                .node("Conv", "a w2", "b")
                .node("Add", "a b", "s")
                .node("Relu", "s", "r")
                .node("Conv", "r w2", "y")
                .output("y")
                .graph());
    assertThat(outputs(placement.arithmetic())).containsExactly("s");
    assertThat(placement.pairs()).containsExactlyInAnyOrder("x", "a", "b", "r", "y");
  }

  @Test
  void operatorWithoutIntegerKernelKeepsItsNeighboursReadingFloat() {
    Placement placement =
        place(
            new Graphs(1)
                .input("x", 1, 8)
                .normal("w", 0.1, 8, 8)
                .node("MatMul", "x w", "a")
                .node("Tanh", "a", "t")
                .node("MatMul", "t w", "y")
                .node("Add", "y t", "z")
                .output("z")
                .graph());
    assertThat(placement.pairs()).containsExactlyInAnyOrder("x", "t");
    assertThat(placement.floatProducers()).containsExactlyInAnyOrder("x", "t");
  }

  @Test
  void excludedNodesAreLeftAloneWithTheReason() {
    Graph graph =
        convolutions().node("Conv", "x w1", "a").node("Conv", "a w2", "y").output("y").graph();
    Placement placement =
        Placer.place(graph, new StaticSelection(recipe(false, List.of("a_*")), 13, Map.of()));
    assertThat(outputs(placement.linear())).containsExactly("y");
    assertThat(placement.reasons().values()).containsExactly("excluded");
  }

  @Test
  void productOfTwoActivationsStaysInFloat() {
    Placement placement =
        place(new Graphs(1).input("x", 4, 4).node("MatMul", "x x", "y").output("y").graph());
    assertThat(placement.reasons().values()).containsExactly("both operands depend on the input");
    assertThat(placement.pairs()).isEmpty();
  }
}
