package dev.halftone.quantize.qdq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.Quantizer;
import dev.halftone.quantize.RandomSamples;
import dev.halftone.quantize.StaticRecipe;
import dev.halftone.quantize.dequantize.Dequantizer;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Embeddings that are the head of a language model too. */
final class TiedTablesTest {
  private static final int WORDS = 300;
  private static final int WIDTH = 16;
  private static final DataSet SAMPLES = RandomSamples.of(8, 1, 2, 6);
  private static final Map<String, Tensor> UNSEEN = RandomSamples.unseen(1, 2, 6);

  /** Numbers of words out of numbers, their embeddings, a layer, and nothing yet after it. */
  private static Graphs embedded() {
    return new Graphs(5)
        .input("x", 2, 6)
        .constant("twenty", Tensor.scalar(20f))
        .constant("flat", Tensor.ofLongs(new long[] {-1, WIDTH}, 2))
        .normal("W", 1, WORDS, WIDTH)
        .normal("A", 0.2, WIDTH, WIDTH)
        .node("Abs", "x", "size")
        .node("Mul", "size twenty", "number")
        .node("Cast", "number", "ids", "to", 7)
        .node("Gather", "W ids", "words")
        .node("MatMul", "words A", "layer")
        .node("Relu", "layer", "hidden");
  }

  private static Graphs headByTranspose() {
    return embedded().node("Transpose", "W", "Wt").node("MatMul", "hidden Wt", "y").output("y");
  }

  private static Graphs headByGemm() {
    return embedded()
        .node("Reshape", "hidden flat", "rows")
        .node("Gemm", "rows W", "y", "transB", 1)
        .output("y");
  }

  private static Model quantized(Graphs graphs, StaticRecipe recipe) {
    return Quantizer.quantize(graphs.model(17), recipe.build(), SAMPLES, 1, Progress.NONE).model();
  }

  private static long tables(Model model, DType type) {
    return model.graph().initializers().values().stream()
        .filter(value -> value.dtype() == type && value.count() == (long) WORDS * WIDTH)
        .count();
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void codesAreStoredOnceAndComputedWithInIntegers(boolean turned, boolean operatorForm) {
    Graphs graphs = turned ? headByTranspose() : headByGemm();
    StaticRecipe recipe = operatorForm ? new StaticRecipe().operatorForm() : new StaticRecipe();
    Model model = quantized(graphs, recipe);
    assertThat(tables(model, DType.INT8)).isEqualTo(1);
    assertThat(tables(model, DType.FLOAT32)).isZero();
    assertThat(Judge.sqnr(graphs.model(17), model, UNSEEN)).isGreaterThan(30);
    assertThat(Judge.deployed(model))
        .contains(turned ? "MatMulIntegerToFloat" : "QGemm")
        .doesNotContain("MatMul", "Gemm", "Transpose");

    Model floats = Dequantizer.toFloat(model);
    assertThat(Judge.operators(floats)).doesNotContain("DequantizeLinear", "QuantizeLinear");
    assertThat(Judge.sqnr(model, floats, UNSEEN)).isGreaterThan(30);
  }

  @Test
  void excludedEmbeddingsStayInFloat() {
    Model model = quantized(headByTranspose(), new StaticRecipe().exclude("*words*"));
    assertThat(tables(model, DType.FLOAT32)).isEqualTo(1);
  }

  @Test
  void anotherTableKeepsItsOwnCodes() {
    Graphs graphs =
        embedded().normal("H", 1, WIDTH, WORDS).node("MatMul", "hidden H", "y").output("y");
    Model model = quantized(graphs, new StaticRecipe());
    assertThat(tables(model, DType.INT8)).isEqualTo(2);
    assertThat(Judge.sqnr(graphs.model(17), model, UNSEEN)).isGreaterThan(30);
  }

  @Test
  void aTableWithOneScaleForAllKeepsItsOwnCodes() {
    Model model = quantized(headByGemm(), new StaticRecipe().perTensor());
    assertThat(tables(model, DType.INT8)).isEqualTo(2);
  }
}
