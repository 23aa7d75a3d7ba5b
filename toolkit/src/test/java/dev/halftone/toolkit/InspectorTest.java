package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InspectorTest {
  @Test
  void countsOperatorsParametersAndBytes() {
    Inspection found = Inspector.inspect(SmallModels.dense());
    assertThat(found.nodes()).isEqualTo(4);
    assertThat(found.parameters()).isEqualTo(16 * 32 + 32 * 4);
    assertThat(found.constantBytes()).isEqualTo(4 * (16 * 32 + 32 * 4));
    assertThat(found.operators())
        .extracting(
            Inspection.Operator::name, Inspection.Operator::count, Inspection.Operator::bytes)
        .containsExactly(
            tuple("MatMul", 2L, 2560L), tuple("Relu", 1L, 0L), tuple("Softmax", 1L, 0L));
    assertThat(found.inputs()).extracting(Object::toString).containsExactly("x: FLOAT32[N, 16]");
    assertThat(found.alreadyQuantized()).isFalse();
  }

  @Test
  void aConstantCountsOnceForEachTypeThatReadsIt() {
    List<Node> nodes =
        List.of(
            Node.of("one", "MatMul", List.of("x", "w"), List.of("a")),
            Node.of("two", "MatMul", List.of("a", "w"), List.of("b")),
            Node.of("shift", "Add", List.of("b", "w"), List.of("y")));
    Map<String, Tensor> weights = Map.of("w", SmallModels.weights(1, 16, 16));
    Model model =
        SmallModels.model(nodes, weights, SmallModels.type(16), "y", SmallModels.type(16));
    assertThat(Inspector.inspect(model).operators())
        .extracting(Inspection.Operator::name, Inspection.Operator::bytes)
        .containsExactly(tuple("Add", 1024L), tuple("MatMul", 1024L));
  }

  @Test
  void saysWhyANodeStays() {
    assertThat(Inspector.inspect(SmallModels.dense()).quantizable())
        .extracting(Inspection.Fate::operator, Inspection.Fate::quantizable)
        .containsExactly(tuple("MatMul", true), tuple("Relu", true), tuple("Softmax", false));
    assertThat(Inspector.inspect(SmallModels.dense()).quantizable())
        .last()
        .extracting(Inspection.Fate::reason)
        .asString()
        .contains("Softmax");
  }

  @Test
  void seesBodiesAndConstantNodes() {
    Node constant =
        new Node(
            "c",
            "",
            "Constant",
            List.of(),
            List.of("w"),
            Map.of("value", new Attribute.OfTensor(SmallModels.weights(1, 16, 4))),
            Opaque.NONE);
    Graph body =
        new Graph(
            "body",
            List.of(constant, Node.of("inner", "MatMul", List.of("x", "w"), List.of("b"))),
            Map.of(),
            List.of(),
            List.of(new dev.halftone.graph.ValueInfo("b", null)),
            List.of(),
            Opaque.NONE);
    Node branch =
        new Node(
            "if",
            "",
            "If",
            List.of("yes"),
            List.of("y"),
            Map.of(
                "then_branch",
                new Attribute.OfGraph(body),
                "else_branch",
                new Attribute.OfGraph(body)),
            Opaque.NONE);
    List<Node> nodes =
        List.of(
            Node.of("shape", "Shape", List.of("x"), List.of("s")),
            Node.of("pick", "Gather", List.of("s", "zero"), List.of("n")),
            Node.of("compare", "Greater", List.of("n", "zero"), List.of("yes")),
            branch);
    Model model =
        SmallModels.model(
            nodes,
            Map.of("zero", Tensor.ofLongs(new long[] {0})),
            SmallModels.type(16),
            "y",
            SmallModels.type(4));
    Inspection found = Inspector.inspect(model);
    assertThat(found.nodes()).isEqualTo(8);
    assertThat(found.parameters()).isEqualTo(2 * 16 * 4);
    assertThat(found.operators())
        .extracting(Inspection.Operator::name)
        .contains("MatMul", "If", "Constant");
    assertThat(found.quantizable())
        .isNotEmpty()
        .noneMatch(Inspection.Fate::quantizable)
        .noneMatch(fate -> fate.reason().isEmpty());
  }
}
