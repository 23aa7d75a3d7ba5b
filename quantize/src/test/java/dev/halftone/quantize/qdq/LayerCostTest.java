package dev.halftone.quantize.qdq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Model;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.recipe.Processor;
import dev.halftone.runtime.Progress;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerCostTest {
  private static final int[] AROUND = {1, 1, 1, 1};

  private static List<String> inFloat(Model model, StaticRecipe recipe, long... shape) {
    Quantized quantized =
        StaticMode.quantize(model, recipe.build(), RandomSamples.of(1, 1, shape), 1, Progress.NONE);
    return quantized.plan().nodes().stream()
        .filter(node -> node.reason().contains("on this kind of CPU"))
        .map(node -> node.name())
        .toList();
  }

  /** A first convolution on colours, a depthwise one on few channels, then wide pointwise ones. */
  private static Model mobile() {
    return new Graphs(1)
        .input("x", 1, 3, 96, 96)
        .normal("w1", 0.2, 8, 3, 3, 3)
        .normal("w2", 0.2, 8, 1, 3, 3)
        .normal("w3", 0.2, 256, 8, 1, 1)
        .normal("w4", 0.1, 256, 256, 1, 1)
        .node("Conv", "x w1", "first", "pads", AROUND, "strides", new int[] {2, 2})
        .node("Relu", "first", "r")
        .node("Conv", "r w2", "depthwise", "pads", AROUND, "group", 8)
        .node("Conv", "depthwise w3", "wide", "strides", new int[] {2, 2})
        .node("Conv", "wide w4", "wider")
        .node("Conv", "wider w4", "y")
        .output("y")
        .model(13);
  }

  @Test
  void theFirstLayersOfAMobileNetworkStayInFloat() {
    assertThat(inFloat(mobile(), new StaticRecipe().weighed(), 1, 3, 96, 96))
        .containsExactly("first_node", "depthwise_node");
  }

  /** A wide first convolution on colours; its input is padded unless a Transpose is in front. */
  private static Model colours(boolean behindTranspose) {
    Graphs graphs =
        new Graphs(1)
            .input("x", 1, 3, 112, 112)
            .normal("w1", 0.2, 32, 3, 3, 3)
            .normal("w2", 0.1, 64, 32, 3, 3)
            .normal("w3", 0.1, 64, 64, 3, 3);
    if (behindTranspose) graphs.node("Transpose", "x", "t", "perm", new int[] {0, 1, 3, 2});
    return graphs
        .node("Conv", (behindTranspose ? "t" : "x") + " w1", "first", "strides", new int[] {2, 2})
        .node("Relu", "first", "r")
        .node("Conv", "r w2", "second", "strides", new int[] {2, 2})
        .node("Conv", "second w3", "y")
        .output("y")
        .model(13);
  }

  @Test
  void aPaddedInputMakesIntegersWorthTheirWhile() {
    StaticRecipe recipe = new StaticRecipe().weighedFor(Processor.X86_AMX);
    long[] shape = {1, 3, 112, 112};
    assertThat(inFloat(colours(true), recipe, shape)).containsExactly("first_node");
    assertThat(inFloat(colours(false), recipe, shape)).isEmpty();
  }

  @Test
  void widerFloatUnitsKeepMoreInFloat() {
    Model model =
        new Graphs(1)
            .input("x", 1, 32, 8, 8)
            .normal("w", 0.2, 32, 32, 3, 3)
            .node("Conv", "x w", "y", "pads", AROUND)
            .output("y")
            .model(13);
    long[] shape = {1, 32, 8, 8};
    assertThat(inFloat(model, new StaticRecipe().weighed(), shape)).isEmpty();
    assertThat(inFloat(model, new StaticRecipe().weighedFor(Processor.X86_AMX), shape)).hasSize(1);
    assertThat(inFloat(mobile(), new StaticRecipe().weighedFor(Processor.ANY), 1, 3, 96, 96))
        .isEmpty();
  }

  @Test
  void everythingIsQuantizedWhereThatIsAskedFor() {
    assertThat(inFloat(mobile(), new StaticRecipe(), 1, 3, 96, 96)).isEmpty();
  }

  @Test
  void aLargeNetworkIsQuantizedWhole() {
    Graphs graphs =
        new Graphs(1)
            .input("x", 1, 64, 28, 28)
            .normal("w", 0.05, 128, 64, 3, 3)
            .normal("v", 0.05, 128, 128, 3, 3);
    graphs.node("Conv", "x w", "a").node("Conv", "a v", "b").node("Conv", "b v", "y").output("y");
    assertThat(inFloat(graphs.model(13), new StaticRecipe().weighed(), 1, 64, 28, 28)).isEmpty();
  }

  @Test
  void aTinyNetworkStaysInFloatWithTheReason() {
    Model model =
        new Graphs(1)
            .input("x", 1, 3, 8, 8)
            .normal("w", 0.2, 4, 3, 3, 3)
            .node("Conv", "x w", "y")
            .output("y")
            .model(13);
    Quantized quantized =
        StaticMode.quantize(
            model,
            new StaticRecipe().weighed().build(),
            RandomSamples.of(1, 1, 1, 3, 8, 8),
            1,
            Progress.NONE);
    assertThat(quantized.plan().warnings())
        .containsExactly(
            "no operator computes in integers: y_node (Conv): the network is too small to gain"
                + " from integers on this kind of CPU");
  }
}
