package dev.halftone.quantize.half;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.quantize.Answers;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WideningTest {
  private static final Map<String, Tensor> X =
      Map.of("x", half(Graphs.normal(new Random(7), 1, 3, 5)));

  private static Tensor half(Tensor tensor) {
    float[] values = tensor.toFloats();
    short[] halves = new short[values.length];
    for (int i = 0; i < halves.length; i++) halves[i] = Float.floatToFloat16(values[i]);
    return Tensor.of(DType.FLOAT16, tensor.shape(), MemorySegment.ofArray(halves));
  }

  private static Graphs graphs() {
    return new Graphs(1)
        .input("x", DType.FLOAT16, 3, 5)
        .constant("w", half(Graphs.normal(new Random(1), 0.5, 5, 4)));
  }

  /** Outputs typed as given, so that it shows whether they keep their types. */
  private static Model typed(Graphs graphs, DType type, String... outputs) {
    Model model = graphs.model(13);
    Graph graph = model.graph();
    List<ValueInfo> values = new ArrayList<>();
    for (String name : outputs) values.add(new ValueInfo(name, new TensorType(type, null)));
    return model.withGraph(
        new Graph(
            graph.name(),
            graph.nodes(),
            graph.initializers(),
            graph.inputs(),
            values,
            graph.values(),
            graph.opaque()));
  }

  @Test
  void computesInThirtyTwoBitsBehindTheSameInputsAndOutputs() {
    Model model =
        typed(graphs().node("MatMul", "x w", "h").node("Tanh", "h", "y"), DType.FLOAT16, "y", "h");
    Model wide = Widening.toFloat32(model);
    assertThat(wide.graph().inputs()).isEqualTo(model.graph().inputs());
    assertThat(wide.graph().outputs()).isEqualTo(model.graph().outputs());
    assertThat(Judge.operators(wide)).containsExactly("Cast", "MatMul", "Tanh", "Cast", "Cast");
    assertThat(Judge.constant(wide, "w").toFloats())
        .containsExactly(Judge.constant(model, "w").toFloats());
    assertThat(Judge.constant(wide, "w").dtype()).isEqualTo(DType.FLOAT32);
    Answers.assertSame(model, wide, X, 4e-3);
  }

  @Test
  void castsAndConstantsInsideAreWidened() {
    Model model =
        typed(
            graphs()
                .node("Constant", "", "k", "value", half(Tensor.ofFloats(new float[] {0.1f}, 1)))
                .node("Cast", "x", "f", "to", 1)
                .node("Exp", "f", "e")
                .node("Cast", "e", "half", "to", 10)
                .node("Mul", "half k", "m")
                .node("MatMul", "m w", "y"),
            DType.FLOAT16,
            "y");
    Model wide = Widening.toFloat32(model);
    assertThat(wide.graph().nodes().stream().filter(node -> node.is("Cast")))
        .extracting(node -> node.integer("to", 0))
        .containsExactly(1L, 1L, 1L, 10L);
    Answers.assertSame(model, wide, X, 2e-2);
  }

  @Test
  void bodiesAreWidened() {
    Graph body =
        new Graphs(2)
            .input("i", DType.INT64)
            .input("go", DType.BOOL)
            .input("v", DType.FLOAT16, 3, 5)
            .constant("k", half(Graphs.normal(new Random(3), 0.5, 5, 5)))
            .node("MatMul", "v k", "a")
            .node("Add", "a x", "next")
            .node("Identity", "go", "still")
            .output("still")
            .output("next")
            .graph();
    Model model =
        typed(
            graphs()
                .constant("n", Tensor.ofLongs(new long[] {2}))
                .constant("yes", Tensor.ofBytes(DType.BOOL, new byte[] {1}))
                .node("Loop", "n yes x", "l", "body", body)
                .node("MatMul", "l w", "y"),
            DType.FLOAT16,
            "y");
    Answers.assertSame(model, Widening.toFloat32(model), X, 1e-2);
  }

  @Test
  void aConstantThatIsAnInputTooKeepsAgreeing() {
    Model model = typed(graphs().node("MatMul", "x w", "y"), DType.FLOAT16, "y");
    Graph graph = model.graph();
    List<ValueInfo> inputs = new ArrayList<>(graph.inputs());
    inputs.add(new ValueInfo("w", TensorType.fixed(DType.FLOAT16, 5, 4)));
    Model old =
        model.withGraph(
            new Graph(
                graph.name(),
                graph.nodes(),
                graph.initializers(),
                inputs,
                graph.outputs(),
                graph.values(),
                graph.opaque()));
    Answers.assertSame(old, Widening.toFloat32(old), X, 4e-3);
  }

  @Test
  void aModelInThirtyTwoBitsIsGivenBack() {
    Model model = new Graphs(1).input("x", 3, 5).node("Relu", "x", "y").output("y").model(13);
    assertThat(Widening.toFloat32(model)).isSameAs(model);
  }
}
