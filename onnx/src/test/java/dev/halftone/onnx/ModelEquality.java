package dev.halftone.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Equality of models by content; records compare tensors by identity. */
final class ModelEquality {
  private ModelEquality() {}

  static void assertSame(Model actual, Model expected) {
    assertThat(actual.irVersion()).isEqualTo(expected.irVersion());
    assertThat(actual.opsets()).isEqualTo(expected.opsets());
    assertThat(actual.metadata()).isEqualTo(expected.metadata());
    assertThat(actual.opaque()).isEqualTo(expected.opaque());
    assertSame(actual.graph(), expected.graph());
    assertThat(actual.functions()).hasSameSizeAs(expected.functions());
    for (int i = 0; i < actual.functions().size(); i++) {
      assertThat(actual.functions().get(i).inputs())
          .isEqualTo(expected.functions().get(i).inputs());
      assertThat(actual.functions().get(i).opsets())
          .isEqualTo(expected.functions().get(i).opsets());
      assertThat(actual.functions().get(i).opaque())
          .isEqualTo(expected.functions().get(i).opaque());
      assertSame(actual.functions().get(i).nodes(), expected.functions().get(i).nodes());
    }
  }

  private static void assertSame(Graph actual, Graph expected) {
    assertThat(actual.name()).isEqualTo(expected.name());
    assertThat(actual.inputs()).isEqualTo(expected.inputs());
    assertThat(actual.outputs()).isEqualTo(expected.outputs());
    assertThat(actual.values()).isEqualTo(expected.values());
    assertThat(actual.opaque()).isEqualTo(expected.opaque());
    assertThat(List.copyOf(actual.initializers().keySet()))
        .isEqualTo(List.copyOf(expected.initializers().keySet()));
    actual
        .initializers()
        .forEach(
            (name, tensor) ->
                assertSame(
                    tensor, Objects.requireNonNull(expected.initializers().get(name)), name));
    assertSame(actual.nodes(), expected.nodes());
  }

  private static void assertSame(Tensor actual, Tensor expected, String name) {
    assertThat(actual.sameAs(expected)).as(name).isTrue();
  }

  private static void assertSame(List<Node> actual, List<Node> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) assertSame(actual.get(i), expected.get(i));
  }

  private static void assertSame(Node actual, Node expected) {
    assertThat(actual.withAttributes(Map.of())).isEqualTo(expected.withAttributes(Map.of()));
    assertThat(List.copyOf(actual.attributes().keySet()))
        .isEqualTo(List.copyOf(expected.attributes().keySet()));
    actual
        .attributes()
        .forEach(
            (name, value) ->
                assertSame(value, Objects.requireNonNull(expected.attribute(name)), name));
  }

  private static void assertSame(Attribute actual, Attribute expected, String name) {
    switch (actual) {
      case Attribute.OfTensor(Tensor tensor) ->
          assertSame(tensor, ((Attribute.OfTensor) expected).value(), name);
      case Attribute.OfGraph(Graph body) ->
          assertSame(body, ((Attribute.OfGraph) expected).value());
      case Attribute.OfGraphs(List<Graph> bodies) -> {
        for (int i = 0; i < bodies.size(); i++)
          assertSame(bodies.get(i), ((Attribute.OfGraphs) expected).values().get(i));
      }
      default -> assertThat(actual).as(name).isEqualTo(expected);
    }
  }
}
