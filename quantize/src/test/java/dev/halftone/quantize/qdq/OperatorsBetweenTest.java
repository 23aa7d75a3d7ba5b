package dev.halftone.quantize.qdq;

import static dev.halftone.quantize.Networks.IMAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.Networks;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operator that computes on integers between two convolutions: from {@code c} to {@code m}.
 */
class OperatorsBetweenTest {
  private static final DataSet IMAGES = RandomSamples.of(8, 1, IMAGE);
  private static final Map<String, Tensor> SEEN = IMAGES.samples().get(3);

  private static Named<UnaryOperator<Graphs>> between(String name, UnaryOperator<Graphs> nodes) {
    return Named.of(name, nodes);
  }

  private static Named<UnaryOperator<Graphs>> one(
      String opType, String inputs, Object... attributes) {
    return between(opType + " " + inputs, graphs -> graphs.node(opType, inputs, "m", attributes));
  }

  static Stream<Named<UnaryOperator<Graphs>>> operators() {
    int[] two = {2, 2};
    return Stream.of(
        one("Add", "c c"),
        one("Add", "c scalar"),
        one("Mul", "channels c"),
        one("Mul", "c c"),
        one("Concat", "c c", "axis", 2),
        one("Concat", "image c", "axis", 3),
        one("Where", "choice c image"),
        one("Sigmoid", "c"),
        one("LeakyRelu", "c", "alpha", 0.1f),
        one("AveragePool", "c", "kernel_shape", two),
        one("MaxPool", "c", "kernel_shape", two, "strides", two),
        one("ReduceMax", "c", "axes", new int[] {3}, "keepdims", 1),
        one("ReduceMin", "c", "axes", new int[] {3}, "keepdims", 1),
        one("Transpose", "c", "perm", new int[] {0, 1, 3, 2}),
        one("Reshape", "c shape"),
        one("Slice", "c one ten last"),
        one("Gather", "c ten3", "axis", 3),
        one("Tile", "c repeats"),
        one("Expand", "c full"),
        one("Resize", "c roi scales", "mode", "nearest"),
        between(
            "Flatten and back",
            g -> g.node("Flatten", "c", "flat").node("Reshape", "flat shape", "m")),
        between(
            "Unsqueeze and Squeeze",
            g -> g.node("Unsqueeze", "c one", "wide").node("Squeeze", "wide one", "m")),
        between(
            "Split",
            g ->
                g.node("", "Split", "c", "s1 s2", Map.of("axis", Graphs.attribute(1)))
                    .node("Concat", "s2 s1", "m", "axis", 1)));
  }

  private static Graphs graphs() {
    byte[] choice = new byte[12];
    for (int i = 0; i < choice.length; i += 2) choice[i] = 1;
    return Networks.image()
        .normal("w", 0.2, 4, 4, 1, 1)
        .constant("scalar", Tensor.scalar(1.5f))
        .normal("channels", 1, 1, 4, 1, 1)
        .normal("image", 1, IMAGE)
        .constant("choice", Tensor.ofBytes(DType.BOOL, choice, 12))
        .constant("shape", Tensor.ofLongs(new long[] {1, 4, 6, 24}, 4))
        .constant("one", Tensor.ofLongs(new long[] {1}, 1))
        .constant("ten", Tensor.ofLongs(new long[] {10}, 1))
        .constant("last", Tensor.ofLongs(new long[] {3}, 1))
        .constant("ten3", Tensor.ofLongs(new long[] {10, 3, 3}, 3))
        .constant("repeats", Tensor.ofLongs(new long[] {1, 1, 2, 1}, 4))
        .constant("full", Tensor.ofLongs(IMAGE, 4))
        .constant("roi", Tensor.ofFloats(new float[0], 0))
        .constant("scales", Tensor.ofFloats(new float[] {1, 1, 2, 2}, 4))
        .node("Conv", "x w", "c");
  }

  private static Model quantize(Model model, StaticRecipe recipe) {
    return StaticMode.quantize(model, recipe.build(), IMAGES, 1, Progress.NONE).model();
  }

  @ParameterizedTest
  @MethodSource("operators")
  void runsOnIntegersInBothForms(UnaryOperator<Graphs> nodes) {
    Model model = nodes.apply(graphs()).node("Conv", "m w", "y").output("y").model(13);
    for (DType type : List.of(DType.UINT8, DType.INT8)) {
      Model pairs = quantize(model, new StaticRecipe().activations(type));
      assertThat(Judge.sqnr(model, pairs, SEEN)).isGreaterThan(26);
      Model operators = quantize(model, new StaticRecipe().activations(type).operatorForm());
      assertThat(Judge.sqnr(model, operators, SEEN)).isGreaterThan(26);
      if (type == DType.UINT8) {
        List<String> deployed = Judge.deployed(pairs);
        assertThat(deployed).filteredOn("QuantizeLinear"::equals).hasSize(1);
        assertThat(deployed).filteredOn("DequantizeLinear"::equals).hasSize(1);
      }
    }
  }

  @Test
  void thePlacesThatAMaxPoolGivesAreNotQuantized() {
    Model model =
        Networks.image()
            .normal("w", 0.2, 4, 4, 1, 1)
            .node("Conv", "x w", "c")
            .node(
                "",
                "MaxPool",
                "c",
                "m places",
                Map.of(
                    "kernel_shape",
                    Graphs.attribute(new int[] {2, 2}),
                    "strides",
                    Graphs.attribute(new int[] {2, 2})))
            .node("Conv", "m w", "d")
            .node(
                "MaxUnpool",
                "d places",
                "y",
                "kernel_shape",
                new int[] {2, 2},
                "strides",
                new int[] {2, 2})
            .output("y")
            .model(13);
    for (StaticRecipe recipe : List.of(new StaticRecipe(), new StaticRecipe().operatorForm())) {
      Model quantized = quantize(model, recipe);
      assertThat(Judge.sqnr(model, quantized, SEEN)).isGreaterThan(15);
    }
  }

  static Stream<Named<UnaryOperator<Graphs>>> moves() {
    return Stream.of(
        one("MaxPool", "d", "kernel_shape", new int[] {2, 2}),
        one("Transpose", "d", "perm", new int[] {0, 2, 3, 1}),
        one("Reshape", "d shape"),
        one("Slice", "d one ten last"),
        between(
            "Unsqueeze, Squeeze and Transpose",
            g ->
                g.node("Unsqueeze", "d one", "wide")
                    .node("Squeeze", "wide one", "narrow")
                    .node("Transpose", "narrow", "m")));
  }

  /** From opset 21 on ONNX Runtime inserts a pair that it refuses, where there is none. */
  @ParameterizedTest
  @MethodSource("moves")
  void isRoundedAgainBehindAMoveToFloats(UnaryOperator<Graphs> nodes) {
    Graphs convolutions = graphs().node("Conv", "c w", "d");
    Model inner = nodes.apply(convolutions).node("HardSwish", "m", "y").output("y").model(21);
    Model last = nodes.apply(graphs().node("Conv", "c w", "d")).output("m").model(21);
    for (Model model : List.of(inner, last)) {
      for (DType type : List.of(DType.UINT8, DType.INT8)) {
        Model pairs = quantize(model, new StaticRecipe().activations(type));
        assertThat(Judge.sqnr(model, pairs, SEEN)).isGreaterThan(26);
        Model operators = quantize(model, new StaticRecipe().activations(type).operatorForm());
        assertThat(Judge.sqnr(model, operators, SEEN)).isGreaterThan(26);
      }
    }
  }
}
