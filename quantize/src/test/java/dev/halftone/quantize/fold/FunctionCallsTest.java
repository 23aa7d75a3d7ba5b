package dev.halftone.quantize.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Function;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FunctionCallsTest {
  private static final Tensor WEIGHT = Graphs.normal(new Random(5), 0.1, 64, 64);

  /** {@code y = tanh(x · W)} with W in a Constant node. */
  private static Function dense() {
    Node weight =
        new Node(
            "",
            "",
            "Constant",
            List.of(),
            List.of("w"),
            Map.of("value", new Attribute.OfTensor(WEIGHT)),
            Opaque.NONE);
    return function(
        "Dense",
        List.of("y"),
        weight,
        Node.of("product", "MatMul", List.of("x", "w"), List.of("h")),
        Node.of("", "Tanh", List.of("h"), List.of("y")));
  }

  private static Function function(String name, List<String> outputs, Node... nodes) {
    return new Function(
        "own",
        name,
        List.of("x"),
        outputs,
        List.of(nodes),
        new TreeMap<>(Map.of("", 17L, "own", 1L)),
        Map.of("slope", new Attribute.OfFloat(0.25f)),
        Opaque.NONE);
  }

  private static Node call(String name, String function, String input, String... outputs) {
    return new Node(name, "own", function, List.of(input), List.of(outputs), Map.of(), Opaque.NONE);
  }

  private static Model model(List<Function> functions, Node... calls) {
    Model plain = new Graphs(1).input("x", 4, 64).output("y").node("Relu", "x", "y").model(17);
    TreeMap<String, Long> opsets = new TreeMap<>(plain.opsets());
    opsets.put("own", 1L);
    var graph = plain.graph();
    return new Model(
        8,
        opsets,
        new dev.halftone.graph.Graph(
            "g", List.of(calls), Map.of(), graph.inputs(), graph.outputs(), List.of(), Opaque.NONE),
        functions,
        Map.of(),
        Opaque.NONE);
  }

  @Test
  void nodesOfFunctionsStandWhereTheyAreCalled() {
    Function twice =
        function("Twice", List.of("y"), call("a", "Dense", "x", "h"), call("b", "Dense", "h", "y"));
    Model model =
        model(
            List.of(dense(), twice),
            call("one", "Twice", "x", "h"),
            call("two", "Dense", "h", "y"));
    Model inlined = FunctionCalls.inline(model);
    assertThat(inlined.functions()).isEmpty();
    assertThat(inlined.graph().nodes()).allMatch(node -> node.domain().isEmpty());
    assertThat(inlined.graph().nodes())
        .extracting(Node::name)
        .contains("one/a/product", "two/product")
        .doesNotHaveDuplicates();
    assertThat(inlined.graph().nodes()).filteredOn(node -> node.is("MatMul")).hasSize(3);
    Map<String, Tensor> x = Map.of("x", Graphs.normal(new Random(7), 1, 4, 64));
    assertThat(Judge.run(inlined, x)).isEqualTo(Judge.run(model, x));
  }

  @Test
  void whatDependsOnTheCallStaysAFunction() {
    Node referring =
        new Node(
            "",
            "",
            "Softmax",
            List.of("x"),
            List.of("y"),
            Map.of("axis", new Attribute.OfOpaque(Opaque.NONE)),
            Opaque.NONE);
    Model model =
        model(List.of(function("Soft", List.of("y"), referring)), call("one", "Soft", "x", "y"));
    assertThat(FunctionCalls.inline(model).graph().nodes()).hasSize(1);
    assertThat(FunctionCalls.inline(model).functions()).hasSize(1);
  }

  @Test
  void attributesOfTheCallTakeThePlaceOfReferences() {
    Node leaky =
        new Node(
            "leaky",
            "",
            "LeakyRelu",
            List.of("x"),
            List.of("y"),
            Map.of("alpha", new Attribute.OfReference("slope", Opaque.NONE)),
            Opaque.NONE);
    Node elu =
        new Node(
            "elu",
            "",
            "Elu",
            List.of("y"),
            List.of("z"),
            Map.of("alpha", new Attribute.OfReference("nobody gives it", Opaque.NONE)),
            Opaque.NONE);
    Function function = function("Bent", List.of("z"), leaky, elu);
    Node own =
        call("one", "Bent", "x", "h").withAttributes(Map.of("slope", new Attribute.OfFloat(0.5f)));
    Model inlined =
        FunctionCalls.inline(model(List.of(function), own, call("two", "Bent", "h", "y")));
    assertThat(inlined.functions()).isEmpty();
    assertThat(inlined.graph().nodes())
        .filteredOn(node -> node.is("LeakyRelu"))
        .extracting(node -> node.real("alpha", 0))
        .containsExactly(0.5f, 0.25f);
    assertThat(inlined.graph().nodes())
        .filteredOn(node -> node.is("Elu"))
        .allMatch(node -> node.attributes().isEmpty());
  }

  @Test
  void circlesAreRefused() {
    Function endless = function("Endless", List.of("y"), call("again", "Endless", "x", "y"));
    assertThatThrownBy(
            () -> FunctionCalls.inline(model(List.of(endless), call("one", "Endless", "x", "y"))))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("in a circle");
  }
}
