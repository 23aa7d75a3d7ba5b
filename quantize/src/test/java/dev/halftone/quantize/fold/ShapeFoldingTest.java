package dev.halftone.quantize.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.quantize.Graphs;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShapeFoldingTest {
  private static Tensor longs(long... values) {
    return Tensor.ofLongs(values, values.length);
  }

  private static Graphs pieces() {
    return new Graphs(3)
        .input("x", 1, 6, 8)
        .constant("zero", Tensor.ofLongs(new long[] {0}))
        .constant("one", Tensor.ofLongs(new long[] {1}))
        .constant("axes", longs(0))
        .constant("heads", longs(2, 4))
        .node("Relu", "x", "r")
        .node("Shape", "r", "s")
        .node("Gather", "s zero", "g0")
        .node("Gather", "s one", "g1")
        .node("Unsqueeze", "g0 axes", "u0")
        .node("Unsqueeze", "g1 axes", "u1")
        .node("Concat", "u0 u1 heads", "c", "axis", 0)
        .node("Reshape", "r c", "y")
        .output("y");
  }

  private static Model withInput(Model model, Dimension... dimensions) {
    TensorType type = new TensorType(DType.FLOAT32, List.of(dimensions));
    var graph = model.graph();
    return model.withGraph(
        new dev.halftone.graph.Graph(
            graph.name(),
            graph.nodes(),
            graph.initializers(),
            List.of(new ValueInfo("x", type)),
            graph.outputs(),
            graph.values(),
            graph.opaque()));
  }

  @Test
  void oneUnknownPieceIsLeftToReshape() {
    Model model =
        withInput(
            pieces().model(17),
            new Dimension.Symbolic("N"),
            new Dimension.Fixed(6),
            new Dimension.Fixed(8));
    Model folded = ShapeFolding.fold(model);
    assertThat(folded.graph().nodes()).extracting(Node::opType).containsExactly("Relu", "Reshape");
    String name = folded.graph().nodes().getLast().input(1);
    Tensor shape = Objects.requireNonNull(folded.graph().initializers().get(name));
    assertThat(shape.toLongs()).containsExactly(-1, 6, 2, 4);
    Map<String, Tensor> sample = Map.of("x", Graphs.normal(new Random(5), 1, 3, 6, 8));
    assertThat(run(folded, sample).sameAs(run(model, sample))).isTrue();
  }

  @Test
  void twoUnknownPiecesStayComputed() {
    Model model =
        withInput(
            pieces().model(17),
            new Dimension.Symbolic("N"),
            new Dimension.Symbolic("T"),
            new Dimension.Fixed(8));
    assertThat(ShapeFolding.fold(model).graph().nodes()).hasSameSizeAs(model.graph().nodes());
  }

  private static Tensor run(Model model, Map<String, Tensor> sample) {
    try (RunnableModel runnable = RunnableModel.open(model, List.of(), RunOptions.asWritten())) {
      return Objects.requireNonNull(runnable.run(sample).get("y"));
    }
  }
}
