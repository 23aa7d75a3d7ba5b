package dev.halftone.quantize.qdq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.quantize.dequantize.Dequantizer;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Recipe;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PaddedInputsTest {
  /** A convolution of an input, and one behind it. */
  private static Graphs network(long[] input, long[] weight, int group) {
    long[] second = weight.clone();
    second[0] = 16;
    second[1] = weight[0];
    return new Graphs(1)
        .input("x", input)
        .normal("w1", 0.3, weight)
        .normal("b1", 0.3, weight[0])
        .normal("w2", 0.3, second)
        .node("Conv", "x w1 b1", "first", "group", group)
        .node("Relu", "first", "active")
        .node("Conv", "active w2", "y")
        .output("y");
  }

  private static Graphs image(int channels, int outputs) {
    return network(new long[] {1, channels, 9, 9}, new long[] {outputs, channels, 3, 3}, 1);
  }

  private static Model quantized(Model model, long... input) {
    Recipe anywhere = new StaticRecipe().weighedFor(Processor.ANY).build();
    return StaticMode.quantize(model, anywhere, RandomSamples.of(4, 1, input), 1, Progress.NONE)
        .model();
  }

  private static Model padded(Model quantized, Processor processor) {
    Recipe recipe = new StaticRecipe().weighedFor(processor).build();
    return quantized.withGraph(PaddedInputs.in(quantized, quantized.graph(), recipe));
  }

  private static long pads(Model model) {
    return model.graph().nodes().stream().filter(node -> node.is("Pad")).count();
  }

  private static void assertSameBits(Model model, Model padded, Map<String, Tensor> sample) {
    assertThat(Judge.run(padded, sample)).containsExactly(Judge.run(model, sample));
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "2, 4", "3, 4", "5, 8", "7, 8"})
  void channelsOfZerosChangeNoBit(int channels, int wider) {
    long[] input = {1, channels, 9, 9};
    Model model = quantized(image(channels, 24).model(13), input);
    Model padded = padded(model, Processor.X86_AMX);
    Tensor weight = Judge.constant(padded, "w1_quantized");
    assertThat(weight.shape()).containsExactly(24, wider, 3, 3);
    byte[] codes = weight.data().toArray(ValueLayout.JAVA_BYTE);
    byte[] narrow = Judge.constant(model, "w1_quantized").data().toArray(ValueLayout.JAVA_BYTE);
    int last = 23 * wider * 9;
    assertThat(Arrays.copyOfRange(codes, last, last + channels * 9))
        .containsExactly(Arrays.copyOfRange(narrow, 23 * channels * 9, 24 * channels * 9));
    assertThat(Arrays.copyOfRange(codes, last + channels * 9, codes.length)).containsOnly(0);
    assertSameBits(model, padded, RandomSamples.unseen(1, input));
    assertThat(Judge.deployed(padded))
        .containsExactlyInAnyOrder(
            "Pad",
            "QuantizeLinear",
            "Transpose",
            "QLinearConv",
            "QLinearConv",
            "Transpose",
            "DequantizeLinear");
  }

  @ParameterizedTest
  @CsvSource({"40, 5", "6:6:6, 3:3:3"})
  void alsoInOneAndThreeDimensions(String positions, String kernel) {
    long[] input = sizes("1:3:" + positions);
    Model model = quantized(network(input, sizes("16:3:" + kernel), 1).model(13), input);
    Model padded = padded(model, Processor.X86_VNNI);
    assertThat(Judge.constant(padded, "w1_quantized").shape()).isEqualTo(sizes("16:4:" + kernel));
    assertSameBits(model, padded, RandomSamples.unseen(1, input));
  }

  private static long[] sizes(String text) {
    return Arrays.stream(text.split(":")).mapToLong(Long::parseLong).toArray();
  }

  @Test
  void eachReaderOfAnInputGetsItsOwnAndOthersReadItAsItIs() {
    long[] input = {1, 3, 9, 9};
    Model model =
        new Graphs(2)
            .input("x", input)
            .normal("w1", 0.3, 16, 3, 3, 3)
            .normal("w2", 0.3, 16, 3, 1, 3)
            .normal("w3", 0.3, 16, 3, 1, 1)
            .node("Conv", "x w1", "a", "pads", new int[] {1, 1, 1, 1})
            .node("Conv", "x w2", "b", "pads", new int[] {0, 1, 0, 1})
            .node("Conv", "x w3", "c")
            .node("Add", "a b", "ab")
            .node("Add", "ab c", "y")
            .output("y")
            .model(13);
    Model quantized = quantized(model, input);
    Model padded = padded(quantized, Processor.X86_VNNI);
    assertThat(pads(padded)).isEqualTo(2);
    assertThat(Judge.constant(padded, "w3_quantized").shape()).containsExactly(16, 3, 1, 1);
    assertSameBits(quantized, padded, RandomSamples.unseen(2, input));
  }

  @Test
  void isUndoneByDequantize() {
    long[] input = {1, 3, 9, 9};
    Model padded = padded(quantized(image(3, 16).model(13), input), Processor.X86_AMX);
    Graph floats = Dequantizer.toFloat(padded).graph();
    assertThat(floats.nodes().stream().map(Node::opType))
        .containsExactlyInAnyOrder("Pad", "Conv", "Relu", "Conv");
  }

  @Test
  void whatWouldNotGainStaysAsItIs() {
    long[] image = {1, 3, 9, 9};
    List<Model> models =
        List.of(
            quantized(image(4, 16).model(13), 1, 4, 9, 9),
            quantized(image(3, 15).model(13), image),
            quantized(network(image, new long[] {16, 3, 1, 1}, 1).model(13), image),
            quantized(network(image, new long[] {18, 1, 3, 3}, 3).model(13), image));
    for (Model model : models) assertThat(padded(model, Processor.X86_AMX)).isEqualTo(model);
  }

  /** A weight that another operator reads too has to keep its shape. */
  @Test
  void sharedWeightsStayAsTheyAre() {
    long[] input = {1, 3, 9, 9};
    Model model =
        new Graphs(3)
            .input("x", input)
            .normal("w", 0.3, 16, 3, 3, 3)
            .node("Conv", "x w", "a")
            .node("Neg", "x", "n")
            .node("Conv", "n w", "b")
            .node("Add", "a b", "y")
            .output("y")
            .model(13);
    assertThat(pads(padded(quantized(model, input), Processor.X86_AMX))).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = Processor.class,
      names = {"X86_AVX2", "ANY"})
  void otherProcessorsGetNone(Processor processor) {
    Model model = quantized(image(3, 16).model(13), 1, 3, 9, 9);
    assertThat(padded(model, processor)).isEqualTo(model);
  }
}
