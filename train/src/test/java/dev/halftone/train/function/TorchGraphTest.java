package dev.halftone.train.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.LiveObjects;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class TorchGraphTest {
  private static final Tensor X = Tensor.ofFloats(new float[] {1, -2, 3, 4}, 2, 2);
  private static final Tensor W = Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2);

  /** Loading makes objects that stay. */
  @BeforeAll
  static void load() {
    Libtorch.require();
  }

  private static Model model(Node... nodes) {
    Graph graph =
        new Graph(
            "g",
            List.of(nodes),
            Map.of("w", W),
            List.of(new ValueInfo("x", TensorType.fixed(DType.FLOAT32, 2, 2))),
            List.of(new ValueInfo("y", null)),
            List.of(),
            Opaque.NONE);
    return new Model(8, new TreeMap<>(Map.of("", 17L)), graph, List.of(), Map.of(), Opaque.NONE);
  }

  private static Model product() {
    return model(
        Node.of("p", "MatMul", List.of("x", "w"), List.of("p")),
        Node.of("r", "Relu", List.of("p"), List.of("y")));
  }

  /** y = relu(x w), so that dy/dw = x^T where the product is positive. */
  @Test
  void gradientsReachParameters() {
    try (TorchGraph graph = TorchGraph.of(product(), List.of("w"));
        PointerScope scope = new PointerScope()) {
      y(graph).sum().backward();
      Tensor gradient =
          TorchTensors.copy(Objects.requireNonNull(graph.parameters().get("w")).grad());
      // x w = [[-5, -6], [15, 22]]: only the second row passes.
      assertThat(gradient.toFloats()).containsExactly(3, 3, 4, 4);
    }
  }

  /** A row of zeros has no direction, and its gradient is none. */
  @Test
  void theLengthOfZerosHasAGradient() {
    Tensor zeros = Tensor.ofFloats(new float[] {0, 0, 3, 4}, 2, 2);
    Model length =
        model(
            Node.of("m", "Mul", List.of("x", "w"), List.of("m")),
            Node.of("l", "ReduceL2", List.of("m"), List.of("y"))
                .withAttribute("axes", new Attribute.OfInts(List.of(1L))));
    try (TorchGraph graph = TorchGraph.of(length, List.of("w"));
        PointerScope scope = new PointerScope()) {
      Objects.requireNonNull(graph.run(Map.of("x", TorchTensors.of(zeros)), List.of("y")).get("y"))
          .sum()
          .backward();
      Tensor gradient =
          TorchTensors.copy(Objects.requireNonNull(graph.parameters().get("w")).grad());
      // The second row is 9, 16, of which 337 is the squared length.
      float length2 = (float) Math.sqrt(337);
      assertThat(gradient.toFloats()).containsExactly(0, 0, 27 / length2, 64 / length2);
    }
  }

  @Test
  void everythingOfAStepIsFreed() throws InterruptedException {
    try (TorchGraph graph = TorchGraph.of(product(), List.of("w"))) {
      step(graph);
      long before = LiveObjects.settled();
      for (int i = 0; i < 50; i++) step(graph);
      assertThat(Libtorch.liveObjects()).isEqualTo(before);
    }
  }

  private static org.bytedeco.pytorch.Tensor y(TorchGraph graph) {
    return Objects.requireNonNull(
        graph.run(Map.of("x", TorchTensors.of(X)), List.of("y")).get("y"));
  }

  private static void step(TorchGraph graph) {
    try (PointerScope scope = new PointerScope()) {
      y(graph).sum().backward();
    }
  }

  @Test
  void closingFreesTheCopies() throws InterruptedException {
    long before = LiveObjects.settled();
    TorchGraph graph = TorchGraph.of(product(), List.of("w"));
    assertThat(Libtorch.liveObjects()).isGreaterThan(before);
    graph.close();
    assertThat(Libtorch.liveObjects()).isEqualTo(before);
  }

  /** libtorch has no tensors of UINT32, which shows when some are copied already. */
  @Test
  void whatCannotBeCopiedLeavesNothingBehind() throws InterruptedException {
    Model product = product();
    GraphEditor editor = new GraphEditor(product.graph());
    editor.addInitializer("counts", Tensor.ofBytes(DType.UINT32, new byte[16], 2, 2));
    editor.add(Node.of("c", "CastLike", List.of("counts", "w"), List.of("c")));
    editor.setOutputs(List.of(new ValueInfo("y", null), new ValueInfo("c", null)));
    Model model = product.withGraph(editor.toGraph());
    long before = LiveObjects.settled();
    assertThatThrownBy(() -> TorchGraph.of(model, List.of("w")))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("UINT32");
    assertThat(Libtorch.liveObjects()).isEqualTo(before);
  }

  @Test
  void namesTheOperatorsInTheWay() {
    Node det = Node.of("a", "Det", List.of("x"), List.of("a"));
    Node other = Node.of("c", "StringNormalizer", List.of("a"), List.of("y"));
    assertInTheWay(
        "a node is in the way: node a (Det): it cannot be trained",
        det,
        Node.of("b", "Relu", List.of("a"), List.of("y")));
    assertInTheWay(
        "2 nodes are in the way: node a (Det): it cannot be trained; node c (StringNormalizer): it"
            + " cannot be trained",
        det,
        other);
    Node[] many = new Node[7];
    for (int i = 0; i < many.length; i++)
      many[i] = Node.of("", "Det", List.of("x"), List.of(i == 0 ? "y" : "y" + i));
    assertThatThrownBy(() -> TorchGraph.refuseUnsupported(model(many)))
        .hasMessageMatching("training: 7 nodes are in the way: (node [^;]+; ){5}and 2 more");
  }

  private static void assertInTheWay(String message, Node... nodes) {
    Model model = model(nodes);
    assertThatThrownBy(() -> TorchGraph.refuseUnsupported(model))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage("training: " + message);
  }

  @Test
  void saysWhichNodeFails() {
    Model model = model(Node.of("bad", "Concat", List.of("x", "w"), List.of("y")));
    try (TorchGraph graph = TorchGraph.of(model, List.of());
        PointerScope scope = new PointerScope()) {
      Tensor wide = Tensor.ofFloats(new float[6], 2, 3);
      assertThatThrownBy(() -> graph.run(Map.of("x", TorchTensors.of(wide)), List.of("y")))
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageContaining("node bad (Concat)");
    }
  }
}
