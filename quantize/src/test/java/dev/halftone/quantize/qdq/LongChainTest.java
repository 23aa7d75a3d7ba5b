package dev.halftone.quantize.qdq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.quantize.fold.Folding;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Graphs that are much deeper than a thread's stack. */
class LongChainTest {
  private static final int LENGTH = 200_000;

  private static Graphs x() {
    return new Graphs(1)
        .input("x", 1, 2, 4, 4)
        .normal("w", 0.1, 2, 2, 1, 1)
        .constant("k", Tensor.scalar(1f))
        .constant("shape", Tensor.ofLongs(new long[] {1, 2, 4, 4}, 4));
  }

  /** Adds a chain from value {@code from}; gives the name of its end. */
  private static String chain(Graphs graphs, String from, String... operators) {
    String last = from;
    for (int i = 0; i < LENGTH; i++) {
      String operator = operators[i % operators.length];
      String inputs =
          switch (operator) {
            case "Add", "Mul" -> last + " k";
            case "Reshape" -> last + " shape";
            default -> last;
          };
      last = from + i;
      graphs.node(operator, inputs, last);
    }
    return last;
  }

  /** A chain between two convolutions. */
  private static Graph between(String... operators) {
    Graphs graphs = x().node("Conv", "x w", "a");
    return graphs.node("Conv", chain(graphs, "a", operators) + " w", "y").output("y").graph();
  }

  private static Placement place(Graph graph) {
    return Placer.place(graph, new StaticSelection(new StaticRecipe().build(), 13, Map.of()));
  }

  @Test
  void mixedChainsArePlaced() {
    Graph graph = between("Add", "Relu", "Reshape");
    Placement placement = place(graph);
    assertThat(placement.linear()).hasSize(2);
    assertThat(placement.arithmetic().size() + placement.shapeOnly().size())
        .isGreaterThan(LENGTH / 2);
    assertThat(build(graph, placement).nodes()).hasSizeGreaterThan(LENGTH);
  }

  @Test
  void rectifiersAreMergedIntoTheConvolution() {
    Graph graph = between("Relu");
    Placement placement = place(graph);
    assertThat(placement.absorbed()).hasSize(LENGTH);
    // Three pairs for x, the value before the second convolution and y; the last Relu is left out.
    // The weights stay in float here, and a Sum behind each convolution keeps them so.
    assertThat(build(graph, placement).nodes()).hasSize(graph.nodes().size() - 1 + 6 + 2);
  }

  @Test
  void rectifiersOfAFloatConvolutionStay() {
    Graph graph = between("Relu");
    StaticSelection selection =
        new StaticSelection(new StaticRecipe().exclude("a_node").build(), 13, Map.of());
    Graph built = build(graph, Placer.place(graph, selection));
    assertThat(built.nodes()).extracting(Node::opType).contains("Relu");
  }

  @Test
  void productsOfAnErrorFunctionStayInFloat() {
    Graphs graphs = x().node("Conv", "x w", "a").node("Erf", "a", "e");
    Graph graph = graphs.node("Conv", chain(graphs, "e", "Mul") + " w", "y").output("y").graph();
    assertThat(place(graph).arithmetic()).isEmpty();
  }

  @Test
  void sourcesAreFoundBehindShapes() {
    Graph graph = between("Reshape");
    GraphIndex index = new GraphIndex(graph);
    List<Node> linear = graph.nodes().stream().filter(node -> node.is("Conv")).toList();
    Sources sources = new Sources(linear, graph, index);
    String last = linear.getLast().input(0);
    assertThat(sources.isFloat(last, 0)).isFalse();
    assertThat(sources.isFloat(last, 1)).isTrue();
    assertThat(sources.isFloat("x", 0)).isTrue();
    assertThat(sources.isPooled(last)).isFalse();
  }

  @Test
  void identitiesAreRemoved() {
    Graphs graphs = x().node("Conv", "x w", "a");
    Model model = graphs.node("Relu", chain(graphs, "a", "Identity"), "y").output("y").model(13);
    Model folded = Folding.fold(model);
    assertThat(Judge.operators(folded)).containsExactly("Conv", "Relu");
    assertThat(folded.graph().nodes().getLast().inputs()).containsExactly("a");
  }

  @Test
  void weightsAreFoundBehindShapes() {
    Graphs graphs = x();
    String weight = chain(graphs, "w", "Reshape");
    Graph graph = graphs.node("Conv", "x " + weight, "y").output("y").graph();
    assertThat(WeightUses.of(graph)).hasSize(1);
  }

  /** The graph with every range from 0 to 1 and all weights left as they are. */
  private static Graph build(Graph graph, Placement placement) {
    Map<String, QuantizationParameters> activations = new HashMap<>();
    placement
        .rangeSource()
        .values()
        .forEach(
            value -> activations.put(value, new QuantizationParameters(1 / 255f, 0, DType.UINT8)));
    return QdqGraph.build(
            graph, new StaticDecisions(placement, activations, Map.of(), Map.of()), "")
        .graph();
  }
}
