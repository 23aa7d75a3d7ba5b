package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlanDifferenceTest {
  private static Node of(String name, String op, List<String> inputs, String output) {
    return Node.of(name, op, inputs, List.of(output));
  }

  /** A product whose weights have a scale for each output, and whose output is stored. */
  private static Model model(float activationScale, String recipe) {
    Model model =
        SmallModels.model(
            List.of(
                of("dw", "DequantizeLinear", List.of("w_quantized", "sw"), "w"),
                of("first", "MatMul", List.of("x", "w"), "a"),
                of("q", "QuantizeLinear", List.of("a", "s", "z"), "a_q"),
                of("d", "DequantizeLinear", List.of("a_q", "s", "z"), "a_d"),
                of("last", "Relu", List.of("a_d"), "y")),
            Map.of(
                "w_quantized",
                Tensor.ofBytes(DType.INT8, new byte[8], 4, 2),
                "sw",
                Tensor.ofFloats(new float[] {0.25f, 0.5f}, 2),
                "s",
                Tensor.scalar(activationScale),
                "z",
                Tensor.ofBytes(DType.UINT8, new byte[] {3})),
            SmallModels.type(4),
            "y",
            SmallModels.type(2));
    return model.withMetadata(new TreeMap<>(Map.of("halftone.recipe", recipe)));
  }

  @Test
  void theStoredPlanNamesTypesScalesAndZeroPoints() {
    assertThat(StoredPlan.of(model(0.5f, "mode: static\n")))
        .containsExactlyInAnyOrderEntriesOf(
            new TreeMap<>(
                Map.of(
                    "recipe",
                    List.of("mode: static"),
                    "first (MatMul)",
                    List.of(
                        "reads w: int8[4, 2], 2 scales from 0.250000 to 0.500000, along axis 1",
                        "gives a: uint8, scale 0.500000, zero point 3"),
                    "last (Relu)",
                    List.of("reads a_d: uint8, scale 0.500000, zero point 3"))));
  }

  @Test
  void nodesOfOneNameAreToldApart() {
    Model model =
        SmallModels.model(
            List.of(of("same", "Relu", List.of("x"), "a"), of("same", "Relu", List.of("a"), "y")),
            Map.of(),
            SmallModels.type(4),
            "y",
            SmallModels.type(4));
    assertThat(StoredPlan.of(model)).containsOnlyKeys("same (Relu)", "same (Relu), number 2");
  }

  @Test
  void onlyWhatDiffersIsTold() {
    PlanDifference difference =
        PlanDifference.of(
            model(0.5f, "mode: static\nseed: 1\n"), model(0.75f, "mode: static\nseed: 2\n"));
    assertThat(difference.lines())
        .containsExactly(
            "  recipe",
            "-   seed: 1",
            "+   seed: 2",
            "  first (MatMul)",
            "-   gives a: uint8, scale 0.500000, zero point 3",
            "+   gives a: uint8, scale 0.750000, zero point 3",
            "  last (Relu)",
            "-   reads a_d: uint8, scale 0.500000, zero point 3",
            "+   reads a_d: uint8, scale 0.750000, zero point 3");
    assertThat(difference.same()).isZero();
  }

  @Test
  void ofEqualLinesThoseThatAreMoreAreTold() {
    PlanDifference difference =
        PlanDifference.of(model(0.5f, "a: 1\nb: 2\nb: 2\n"), model(0.5f, "b: 2\na: 1\na: 1\n"));
    assertThat(difference.lines()).containsExactly("  recipe", "-   b: 2", "+   a: 1");
  }

  /** A branch that reads a weight of its own, and one of the graph around it. */
  private static Model branching(float scale) {
    Graph body =
        new Graph(
            "",
            List.of(
                of("d", "DequantizeLinear", List.of("inner", "s"), "v"),
                of("product", "MatMul", List.of("x", "v"), "a"),
                of("sum", "Add", List.of("a", "w"), "b")),
            Map.of(
                "inner", Tensor.ofBytes(DType.INT8, new byte[8], 4, 2), "s", Tensor.scalar(scale)),
            List.of(),
            List.of(new ValueInfo("b", SmallModels.type(2))),
            List.of(),
            Opaque.NONE);
    return SmallModels.model(
        List.of(
            of("dw", "DequantizeLinear", List.of("w_quantized", "sw"), "w"),
            of("if", "If", List.of("x"), "y")
                .withAttribute("then_branch", new Attribute.OfGraph(body))
                .withAttribute("else_branch", new Attribute.OfGraph(body))),
        Map.of(
            "w_quantized",
            Tensor.ofBytes(DType.UINT8, new byte[2], 2),
            "sw",
            Tensor.scalar(0.125f)),
        SmallModels.type(4),
        "y",
        SmallModels.type(2));
  }

  @Test
  void bodiesAreTold() {
    assertThat(StoredPlan.of(branching(0.5f)))
        .containsEntry(
            "if (If), then_branch: product (MatMul)",
            List.of("reads v: int8[4, 2], scale 0.500000"))
        .containsEntry(
            "if (If), else_branch: sum (Add)", List.of("reads w: uint8[2], scale 0.125000"));
    assertThat(PlanDifference.of(branching(0.5f), branching(0.25f)).lines())
        .containsExactly(
            "  if (If), then_branch: product (MatMul)",
            "-   reads v: int8[4, 2], scale 0.500000",
            "+   reads v: int8[4, 2], scale 0.250000",
            "  if (If), else_branch: product (MatMul)",
            "-   reads v: int8[4, 2], scale 0.500000",
            "+   reads v: int8[4, 2], scale 0.250000");
  }

  @Test
  void aFloatModelBesideAQuantizedOne() {
    Model plain =
        SmallModels.model(
            List.of(
                of("first", "MatMul", List.of("x", "w"), "a"),
                of("last", "Relu", List.of("a"), "y")),
            Map.of("w", Tensor.ofFloats(new float[8], 4, 2)),
            SmallModels.type(4),
            "y",
            SmallModels.type(2));
    PlanDifference difference = PlanDifference.of(plain, model(0.5f, "mode: static"));
    assertThat(difference.lines())
        .containsSubsequence(
            "  first (MatMul)", "-   float", "+   gives a: uint8, scale 0.500000, zero point 3")
        .contains("+ recipe");
    assertThat(PlanDifference.of(plain, plain).lines()).isEmpty();
    assertThat(PlanDifference.of(plain, plain).same()).isEqualTo(2);
  }
}
