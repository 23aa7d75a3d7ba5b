package dev.halftone.quantize.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Model;
import dev.halftone.quantize.Answers;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixProductsTest {
  private static Tensor x(long... shape) {
    return Graphs.normal(new Random(7), 1, shape);
  }

  private static Graphs weights(Graphs graphs) {
    return graphs.normal("w", 1, 5, 6).normal("row", 1, 6).normal("matrix", 1, 3, 6);
  }

  private static void assertFolds(Model model, Tensor x, String... operators) {
    Model folded = Folding.fold(model);
    assertThat(Judge.operators(folded)).containsExactly(operators);
    Answers.assertSame(model, folded, Map.of("x", x), 1e-5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"product row", "row product"})
  void productAndRowBecomeAGemm(String sum) {
    Model model =
        weights(new Graphs(1).input("x", 3, 5))
            .node("MatMul", "x w", "product")
            .node("Add", sum, "y")
            .output("y")
            .model(13);
    assertFolds(model, x(3, 5), "Gemm");
    assertThat(Folding.fold(model).graph().nodes().getFirst().name()).isEqualTo("product_node");
  }

  @Test
  void whatAFlattenGivesIsAMatrix() {
    assertFolds(
        weights(new Graphs(1).inputOfAnyShape("x"))
            .node("Flatten", "x", "flat")
            .node("MatMul", "flat w", "product")
            .node("Add", "product row", "y")
            .output("y")
            .model(13),
        x(3, 5, 1),
        "Flatten",
        "Gemm");
  }

  @Test
  void whatIsReshapedToTwoAxesIsAMatrix() {
    assertFolds(
        weights(new Graphs(1).inputOfAnyShape("x"))
            .constant("shape", Tensor.ofLongs(new long[] {-1, 5}, 2))
            .node("Reshape", "x shape", "flat")
            .node("MatMul", "flat w", "product")
            .node("Add", "product row", "y")
            .output("y")
            .model(13),
        x(3, 5, 1),
        "Reshape",
        "Gemm");
  }

  @Test
  void productsThatMayHaveMoreAxesStay() {
    Model unknown =
        weights(new Graphs(1).inputOfAnyShape("x"))
            .node("MatMul", "x w", "product")
            .node("Add", "product row", "y")
            .output("y")
            .model(13);
    assertFolds(unknown, x(2, 3, 5), "MatMul", "Add");
    assertFolds(unknown, x(5), "MatMul", "Add");
    Model three =
        weights(new Graphs(1).input("x", 2, 3, 5))
            .node("MatMul", "x w", "product")
            .node("Add", "product row", "y")
            .output("y")
            .model(13);
    assertFolds(three, x(2, 3, 5), "MatMul", "Add");
  }

  @Test
  void onlyARowIsABias() {
    assertFolds(
        weights(new Graphs(1).input("x", 3, 5))
            .node("MatMul", "x w", "product")
            .node("Add", "product matrix", "y")
            .output("y")
            .model(13),
        x(3, 5),
        "MatMul",
        "Add");
  }

  @Test
  void aProductThatIsReadElsewhereStays() {
    assertFolds(
        weights(new Graphs(1).input("x", 3, 5))
            .node("MatMul", "x w", "product")
            .node("Add", "product row", "y")
            .output("y")
            .output("product")
            .model(13),
        x(3, 5),
        "MatMul",
        "Add");
  }

  @Test
  void wholeNumbersStay() {
    assertFolds(
        new Graphs(1)
            .input("x", DType.INT32, 2, 2)
            .constant("w", Tensor.ofInts(new int[] {1, 2, 3, 4}, 2, 2))
            .constant("row", Tensor.ofInts(new int[] {5, 6}, 2))
            .node("MatMul", "x w", "product")
            .node("Add", "product row", "y")
            .output("y")
            .model(13),
        Tensor.ofInts(new int[] {7, 8, 9, 10}, 2, 2),
        "MatMul",
        "Add");
  }
}
