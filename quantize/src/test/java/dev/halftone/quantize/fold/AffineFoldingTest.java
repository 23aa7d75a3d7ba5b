package dev.halftone.quantize.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Model;
import dev.halftone.quantize.Answers;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.tensor.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AffineFoldingTest {
  private static final Map<String, Tensor> IMAGE =
      Map.of("x", Graphs.normal(new Random(7), 1, 2, 4, 6, 6));
  private static final Map<String, Tensor> ROWS =
      Map.of("x", Graphs.normal(new Random(7), 1, 3, 5));
  private static final String NORMALIZED = " n_scale n_shift n_mean n_variance";

  private static Graphs image() {
    return new Graphs(1).input("x", 2, 4, 6, 6).normal("w", 1, 5, 4, 3, 3).normal("b", 1, 5);
  }

  private static Model assertFolds(Graphs graphs, Map<String, Tensor> input, String... operators) {
    Model model = graphs.model(13);
    Model folded = Folding.fold(model);
    assertThat(Judge.operators(folded)).containsExactly(operators);
    Answers.assertSame(model, folded, input, 1e-5);
    return folded;
  }

  @ParameterizedTest
  @ValueSource(strings = {"x w", "x w b"})
  void normalizationGoesIntoAConvolution(String inputs) {
    Model folded =
        assertFolds(
            image()
                .normalization("n", 5)
                .node("Conv", inputs, "c")
                .node("BatchNormalization", "c" + NORMALIZED, "y", "epsilon", 0.01f)
                .output("y"),
            IMAGE,
            "Conv");
    assertThat(folded.graph().initializers()).hasSize(2);
  }

  @Test
  void normalizationGoesIntoATransposedConvolution() {
    assertFolds(
        new Graphs(1)
            .input("x", 2, 4, 6, 6)
            .normal("w", 1, 4, 3, 2, 2)
            .normalization("n", 3)
            .node("ConvTranspose", "x w", "c")
            .node("BatchNormalization", "c" + NORMALIZED, "y")
            .output("y"),
        IMAGE,
        "ConvTranspose");
  }

  @Test
  void aGroupedTransposedConvolutionIsLeftAlone() {
    assertFolds(
        new Graphs(1)
            .input("x", 2, 4, 6, 6)
            .normal("w", 1, 4, 3, 2, 2)
            .normalization("n", 6)
            .node("ConvTranspose", "x w", "c", "group", 2)
            .node("BatchNormalization", "c" + NORMALIZED, "y")
            .output("y"),
        IMAGE,
        "ConvTranspose",
        "BatchNormalization");
  }

  @ParameterizedTest
  @CsvSource({"0, x w0", "0, x w0 row", "0, x w0 one", "1, x w1 row", "1, x w1 one", "1, x w1"})
  void normalizationGoesIntoAGemm(int transposed, String inputs) {
    Model folded =
        assertFolds(
            new Graphs(1)
                .input("x", 3, 5)
                .normal("w0", 1, 5, 6)
                .normal("w1", 1, 6, 5)
                .normal("row", 1, 1, 6)
                .normal("one", 1)
                .normalization("n", 6)
                .node("Gemm", inputs, "c", "transB", transposed, "alpha", 2f, "beta", 0.5f)
                .node("BatchNormalization", "c" + NORMALIZED, "y")
                .output("y"),
            ROWS,
            "Gemm");
    assertThat(folded.graph().nodes().getFirst().attribute("beta"))
        .isEqualTo(new Attribute.OfFloat(1f));
  }

  @ParameterizedTest
  @CsvSource({"Add, c k", "Add, k c", "Mul, c k", "Mul, k c"})
  void channelConstantsGoIntoAConvolution(String opType, String inputs) {
    for (long[] shape : new long[][] {{5, 1, 1}, {1, 5, 1, 1}, {}, {1}, {1, 1, 1, 1}}) {
      assertFolds(
          image()
              .normal("k", 1, shape)
              .node("Conv", "x w b", "c")
              .node(opType, inputs, "y")
              .output("y"),
          IMAGE,
          "Conv");
    }
  }

  @Test
  void constantsThatVaryOtherwiseStay() {
    Graphs square =
        new Graphs(1).input("x", 2, 4, 6, 6).normal("w", 1, 4, 4, 3, 3).normal("k", 1, 4);
    assertFolds(
        square.node("Conv", "x w", "c").node("Add", "c k", "y").output("y"), IMAGE, "Conv", "Add");
    assertFolds(
        image()
            .normal("k", 1, 1, 1, 5, 1, 1)
            .node("Conv", "x w", "c")
            .node("Add", "c k", "y")
            .output("y"),
        IMAGE,
        "Conv",
        "Add");
    assertFolds(
        new Graphs(1)
            .input("x", 3, 5)
            .normal("w", 1, 5, 3)
            .normal("k", 1, 3, 1)
            .node("Gemm", "x w", "c")
            .node("Mul", "c k", "y")
            .output("y"),
        ROWS,
        "Gemm",
        "Mul");
  }

  @Test
  void aChainOfStepsBecomesOneConvolution() {
    Model folded =
        assertFolds(
            image()
                .normalization("n", 5)
                .normal("factor", 1, 5, 1, 1)
                .normal("summand", 1, 5, 1, 1)
                .node("Conv", "x w b", "c")
                .node("BatchNormalization", "c" + NORMALIZED, "n")
                .node("Mul", "factor n", "m")
                .node("Add", "m summand", "a")
                .node("Relu", "a", "y")
                .output("y"),
            IMAGE,
            "Conv",
            "Relu");
    assertThat(folded.graph().nodes().getFirst().outputs()).containsExactly("a");
    assertThat(folded.graph().nodes().getFirst().name()).isEqualTo("c_node");
  }

  @Test
  void aSharedWeightIsChangedForOneReaderOnly() {
    assertFolds(
        image()
            .normalization("n", 5)
            .node("Conv", "x w b", "c")
            .node("BatchNormalization", "c" + NORMALIZED, "y")
            .node("Conv", "x w b", "z")
            .output("y")
            .output("z"),
        IMAGE,
        "Conv",
        "Conv");
  }

  @Test
  void aValueThatIsReadElsewhereStays() {
    Graphs read =
        image()
            .normalization("n", 5)
            .node("Conv", "x w", "c")
            .node("BatchNormalization", "c" + NORMALIZED, "n")
            .node("Sub", "n c", "y")
            .output("y");
    assertFolds(read, IMAGE, "Conv", "BatchNormalization", "Sub");
    Graphs given =
        image()
            .normalization("n", 5)
            .node("Conv", "x w", "c")
            .node("BatchNormalization", "c" + NORMALIZED, "y")
            .output("y")
            .output("c");
    assertFolds(given, IMAGE, "Conv", "BatchNormalization");
  }

  @Test
  void trainingAndParametersThatAreNotConstantStay() {
    Model training =
        image()
            .normalization("n", 5)
            .node("Conv", "x w", "c")
            .node("BatchNormalization", "c" + NORMALIZED, "y", "training_mode", 1)
            .output("y")
            .model(15);
    assertThat(Judge.operators(Folding.fold(training)))
        .containsExactly("Conv", "BatchNormalization");
    assertFolds(
        image()
            .normalization("n", 5)
            .node("ReduceMean", "x", "mean", "keepdims", 0)
            .node("Add", "b mean", "bias")
            .node("Conv", "x w bias", "c")
            .node("BatchNormalization", "c" + NORMALIZED, "y")
            .output("y"),
        IMAGE,
        "ReduceMean",
        "Add",
        "Conv",
        "BatchNormalization");
  }

  @Test
  void aVarianceThatCannotBeDividedByStays() {
    Model model =
        image()
            .normal("n_scale", 1, 5)
            .normal("n_shift", 1, 5)
            .normal("n_mean", 1, 5)
            .constant("n_variance", Tensor.ofFloats(new float[] {1, 1, -1, 1, 1}, 5))
            .node("Conv", "x w", "c")
            .node("BatchNormalization", "c" + NORMALIZED, "y")
            .output("y")
            .model(13);
    assertThat(Judge.operators(Folding.fold(model))).containsExactly("Conv", "BatchNormalization");
  }
}
