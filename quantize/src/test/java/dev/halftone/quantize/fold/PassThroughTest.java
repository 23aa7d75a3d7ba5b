package dev.halftone.quantize.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.quantize.Answers;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PassThroughTest {
  private static final Map<String, Tensor> X = Map.of("x", Graphs.normal(new Random(7), 1, 3, 5));

  private static Graphs x() {
    return new Graphs(1)
        .input("x", 3, 5)
        .constant("no", Tensor.ofBytes(DType.BOOL, new byte[] {0}))
        .constant("yes", Tensor.ofBytes(DType.BOOL, new byte[] {1}))
        .constant("ratio", Tensor.scalar(0.5f));
  }

  private static Model assertFolds(Graphs graphs, String... operators) {
    Model model = graphs.model(13);
    Model folded = Folding.fold(model);
    assertThat(Judge.operators(folded)).containsExactly(operators);
    Answers.assertSame(model, folded, X, 0);
    return folded;
  }

  @Test
  void chainsOfIdentitiesAreRemoved() {
    Model folded =
        assertFolds(
            x().node("Identity", "x", "a")
                .node("Relu", "a", "r")
                .node("Identity", "r", "b")
                .node("Identity", "b", "c")
                .node("Tanh", "c", "y")
                .output("y"),
            "Relu",
            "Tanh");
    assertThat(folded.graph().nodes()).extracting(Node::name).containsExactly("r_node", "y_node");
  }

  @Test
  void whatGivesAGraphOutputStays() {
    assertFolds(
        x().node("Relu", "x", "r")
            .node("Identity", "r", "y")
            .node("Dropout", "r", "z")
            .node("Identity", "x", "same")
            .output("y")
            .output("z")
            .output("same"),
        "Relu",
        "Identity",
        "Dropout",
        "Identity");
  }

  @Test
  void dropoutIsRemovedOutsideTrainingOnly() {
    assertFolds(
        x().node("Dropout", "x", "a")
            .node("Dropout", "a ratio", "b")
            .node("Dropout", "b ratio no", "c")
            .node("Relu", "c", "y")
            .output("y"),
        "Relu");
    Model training =
        x().node("Dropout", "x ratio yes", "a").node("Relu", "a", "y").output("y").model(13);
    assertThat(Judge.operators(Folding.fold(training))).containsExactly("Dropout", "Relu");
  }

  @Test
  void dropoutWhoseMaskIsReadStays() {
    assertFolds(
        x().node("", "Dropout", "x", "a mask", Map.of())
            .node("Not", "mask", "dropped")
            .node("Relu", "a", "y")
            .output("y")
            .output("dropped"),
        "Dropout",
        "Not",
        "Relu");
  }

  @Test
  void bodiesReadWhatCameBefore() {
    Graph relu = new Graphs(2).node("Relu", "a", "t").output("t").graph();
    Graph negative = new Graphs(2).node("Neg", "a", "e").output("e").graph();
    assertFolds(
        x().node("Identity", "x", "a")
            .node("ReduceMax", "x", "m", "keepdims", 0)
            .node("Cast", "m", "positive", "to", 9)
            .node("If", "positive", "y", "then_branch", relu, "else_branch", negative)
            .output("y"),
        "ReduceMax",
        "Cast",
        "If");
  }
}
