package dev.halftone.quantize.fold;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConstantFoldingTest {
  private static final Map<String, Tensor> X = Map.of("x", Graphs.normal(new Random(7), 1, 2, 3));

  private static Graphs x() {
    return new Graphs(1).input("x", 2, 3);
  }

  private static Model assertFolds(Graphs graphs, String... operators) {
    Model model = graphs.model(13);
    Model folded = Folding.fold(model);
    assertThat(Judge.operators(folded)).containsExactly(operators);
    Answers.assertSame(model, folded, X, 1e-5);
    return folded;
  }

  @Test
  void everyKindOfConstantBecomesAnInitializer() {
    Model folded =
        assertFolds(
            x().node("Constant", "", "tensor", "value", Tensor.ofFloats(new float[] {1, 2, 3}, 3))
                .node("Constant", "", "float", "value_float", 0.5f)
                .node("Constant", "", "floats", "value_floats", new float[] {3, 2, 1})
                .node("Constant", "", "int", "value_int", 1)
                .node("Constant", "", "ints", "value_ints", new int[] {3, 2})
                .node("Add", "x tensor", "a")
                .node("Sub", "a float", "b")
                .node("Div", "b floats", "c")
                .node("Gather", "c int", "d", "axis", 1)
                .node("Reshape", "c ints", "y")
                .output("y")
                .output("d"),
            "Add",
            "Sub",
            "Div",
            "Gather",
            "Reshape");
    assertThat(folded.graph().initializers())
        .containsOnlyKeys("tensor", "float", "floats", "int", "ints");
  }

  @Test
  void whatDependsOnConstantsAloneIsComputed() {
    Model folded =
        assertFolds(
            x().normal("w", 1, 3, 3)
                .node("Shape", "w", "shape")
                .node("ConstantOfShape", "shape", "ones", "value", ones())
                .node("Transpose", "w", "turned")
                .node("Add", "turned ones", "weight")
                .node("MatMul", "x weight", "y")
                .output("y"),
            "MatMul");
    assertThat(folded.graph().initializers()).containsOnlyKeys("weight");
  }

  private static Tensor ones() {
    return Tensor.ofFloats(new float[] {1}, 1);
  }

  @Test
  void randomNodesAreNotComputed() {
    Model model =
        x().node("RandomNormal", "", "noise", "shape", new int[] {2, 3}, "seed", 1f)
            .node("Relu", "noise", "positive")
            .node("Add", "x positive", "y")
            .output("y")
            .model(13);
    assertThat(Judge.operators(Folding.fold(model))).containsExactly("RandomNormal", "Relu", "Add");
  }

  @Test
  void aQuantizedWeightStaysQuantized() {
    assertFolds(
        x().constant("codes", Tensor.ofBytes(DType.INT8, new byte[] {1, -2, 3}, 3))
            .constant("scale", Tensor.scalar(0.5f))
            .node("DequantizeLinear", "codes scale", "w")
            .node("Mul", "x w", "y")
            .output("y"),
        "DequantizeLinear",
        "Mul");
  }

  @Test
  void graphOutputsKeepTheirNodes() {
    assertFolds(
        x().node("Constant", "", "k", "value_floats", new float[] {1, 2, 3})
            .node("Add", "x k", "y")
            .node("Neg", "k", "z")
            .output("y")
            .output("z")
            .output("k"),
        "Constant",
        "Add",
        "Neg");
  }

  @Test
  void initializersThatAreInputsBecomeConstants() {
    Graph graph = x().normal("w", 1, 3, 3).node("MatMul", "x w", "y").output("y").graph();
    List<ValueInfo> inputs = new ArrayList<>(graph.inputs());
    inputs.add(new ValueInfo("w", TensorType.fixed(DType.FLOAT32, 3, 3)));
    Graph old =
        new Graph(
            graph.name(),
            graph.nodes(),
            graph.initializers(),
            inputs,
            graph.outputs(),
            graph.values(),
            graph.opaque());
    Model model = new Graphs(1).model(8).withGraph(old).withIrVersion(3);
    Model folded = Folding.fold(model);
    assertThat(folded.graph().inputs()).extracting(ValueInfo::name).containsExactly("x");
    assertThat(folded.irVersion()).isEqualTo(4);
    Answers.assertSame(model, folded, X, 0);
  }

  @Test
  void whatLeadsToAValueThatIsNoTensorStays() {
    assertFolds(
        x().normal("a", 1, 2, 3)
            .normal("b", 1, 2, 3)
            .node("Add", "a b", "sum")
            .node("SequenceConstruct", "sum a", "sequence")
            .node("ReduceMax", "x", "largest", "keepdims", 0)
            .node("Cast", "largest", "positive", "to", 9)
            .node("Cast", "positive", "position", "to", 7)
            .node("SequenceAt", "sequence position", "y")
            .output("y"),
        "Add",
        "SequenceConstruct",
        "ReduceMax",
        "Cast",
        "Cast",
        "SequenceAt");
  }

  @Test
  void aWeightBehindIdentitiesIsStoredOnce() {
    Model folded =
        assertFolds(
            x().normal("w", 1, 3, 3)
                .node("Identity", "w", "same")
                .node("MatMul", "x w", "a")
                .node("MatMul", "a same", "y")
                .output("y"),
            "MatMul",
            "MatMul");
    assertThat(folded.graph().initializers()).containsOnlyKeys("w");
  }

  private static Graphs largeOnes(long... shape) {
    return x().constant("shape", Tensor.ofLongs(shape, shape.length))
        .node("ConstantOfShape", "shape", "ones", "value", ones())
        .constant("two", Tensor.scalar(2f))
        .node("Mul", "ones two", "mask");
  }

  @Test
  void aLargeMaskStaysComputed() {
    Model folded =
        assertFolds(
            largeOnes(1024, 2, 3, 64)
                .node("ReduceMax", "mask", "most", "axes", new int[] {0, 3}, "keepdims", 0)
                .node("Add", "x most", "a")
                .node("ReduceMean", "x", "mean", "keepdims", 0)
                .node("Mul", "mask mean", "b")
                .output("a")
                .output("b"),
            "ConstantOfShape",
            "Mul",
            "Add",
            "ReduceMean",
            "Mul");
    assertThat(folded.graph().initializers()).containsOnlyKeys("shape", "two", "most");
  }

  @Test
  void aLargeWeightIsStored() {
    Model folded =
        assertFolds(largeOnes(3, 100_000).node("MatMul", "x mask", "y").output("y"), "MatMul");
    assertThat(folded.graph().initializers()).containsOnlyKeys("mask");
  }

  @Test
  void aLargeResultOfALargeConstantIsStored() {
    Model folded =
        assertFolds(
            x().normal("table", 1, 100_000, 3)
                .node("Neg", "table", "negative")
                .node("ReduceMean", "x", "mean", "keepdims", 0)
                .node("Add", "negative mean", "y")
                .output("y"),
            "ReduceMean",
            "Add");
    assertThat(folded.graph().initializers()).containsOnlyKeys("negative");
  }

  @Test
  void aTiedWeightIsTurnedWhereItIsReadAndStoredOnce() {
    Graphs tied =
        x().normal("table", 1, 100, 3)
            .constant("rows", Tensor.ofLongs(new long[] {3, 1}, 2))
            .node("Gather", "table rows", "embedded")
            .node("Add", "x embedded", "sum")
            .node("Transpose", "table", "head")
            .node("MatMul", "sum head", "y")
            .output("y");
    Model folded = assertFolds(tied, "Add", "Transpose", "MatMul");
    assertThat(folded.graph().initializers()).containsOnlyKeys("table", "embedded");
    Model untied = Folding.foldForProducts(tied.model(13));
    assertThat(Judge.operators(untied)).containsExactly("Add", "MatMul");
    Answers.assertSame(tied.model(13), untied, X, 1e-5);
  }
}
