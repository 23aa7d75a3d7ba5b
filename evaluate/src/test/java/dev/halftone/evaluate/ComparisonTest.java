package dev.halftone.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.data.Task;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  @TempDir Path folder;
  private Path reference = Path.of("");

  @BeforeEach
  void writeTheReference() {
    reference = Fixtures.write(folder, "reference", Fixtures.classifier());
  }

  private Comparison compare(Path model, int threads) {
    return Comparison.compare(
        reference,
        OnnxReader.read(reference).graph(),
        model,
        Fixtures.data(new Task.CompareOnly(), null),
        Integer.MAX_VALUE,
        threads,
        Progress.NONE);
  }

  @Test
  void aStoredValueIsComparedAfterItsStorage() {
    Path model = Fixtures.write(folder, "model", Fixtures.quantized(0.01f));
    List<Layer> layers = compare(model, 1).layers();
    assertThat(layers).extracting(Layer::value).containsExactly("hidden", "rectified", "scores");
    assertThat(layers)
        .extracting(Layer::counterpart)
        .containsExactly("hidden", "rectified_dequantized", "scores");
    Layer hidden = layers.get(0);
    assertThat(hidden.sqnrDb()).isEqualTo(200);
    assertThat(hidden.maxAbsDifference()).isZero();
    Layer rectified = layers.get(1);
    assertThat(rectified.maxAbsDifference()).isBetween(0.004, 0.005 + 1e-6);
    assertThat(rectified.sqnrDb()).isBetween(30.0, 60.0);
    assertThat(rectified.ownNoise())
        .isCloseTo(Math.pow(10, -rectified.sqnrDb() / 10), within(1e-12));
    assertThat(rectified.inheritedNoise()).isZero();
    assertThat(rectified.node()).isEqualTo("active");
    Layer scores = layers.get(2);
    assertThat(scores.cosine()).isBetween(0.99, 1.0);
    assertThat(scores.ownNoise()).isZero();
    assertThat(scores.inheritedNoise())
        .isCloseTo(Math.pow(10, -scores.sqnrDb() / 10), within(1e-12));
  }

  /** Unit 0 is lost in the first layer, and the second reads hardly anything else. */
  @Test
  void theLayerThatIsSabotagedIsNamedThoughLaterOnesAreWorse() {
    float[] reads = new float[15];
    for (int i = 0; i < reads.length; i++) reads[i] = i < 3 ? 5 + i : 0.01f * i;
    Path right = Fixtures.write(folder, "right", readingUnits(Fixtures.random(1, 4, 5), reads));
    float[] spoilt = Fixtures.random(1, 4, 5).toFloats();
    for (int row = 0; row < 4; row++) spoilt[5 * row] = 0;
    Path wrong =
        Fixtures.write(folder, "wrong", readingUnits(Tensor.ofFloats(spoilt, 4, 5), reads));
    Comparison comparison =
        Comparison.compare(
            right,
            OnnxReader.read(right).graph(),
            wrong,
            Fixtures.data(new Task.CompareOnly(), null),
            40,
            1,
            Progress.NONE);
    Layer scores = comparison.layers().getLast();
    assertThat(comparison.worst(1)).extracting(Layer::node).containsExactly("first");
    assertThat(comparison.firstWrong()).map(Layer::node).contains("first");
    assertThat(scores.ownNoise()).isZero();
    assertThat(scores.inheritedNoise()).isGreaterThan(comparison.layers().getFirst().ownNoise());
  }

  private static Graph readingUnits(Tensor weights, float[] reads) {
    return Fixtures.graph(
        DType.FLOAT32,
        Map.of("w", weights, "v", Tensor.ofFloats(reads, 5, 3)),
        Node.of("first", "MatMul", List.of("x", "w"), List.of("hidden")),
        Node.of("second", "MatMul", List.of("hidden", "v"), List.of("scores")));
  }

  @Test
  void aModelThatIsRightGoesWrongNowhere() {
    Path model = Fixtures.write(folder, "model", Fixtures.quantized(0.01f));
    assertThat(compare(model, 1).firstWrong()).isEmpty();
  }

  /**
   * The integers that come before are given as they are stored, whose error is not counted twice.
   */
  @Test
  void whatOnlyMovesIntegersMakesNoNoise() {
    Graph moved =
        Fixtures.graph(
            DType.FLOAT32,
            Map.of("w", Fixtures.random(1, 4, 3)),
            Node.of("first", "MatMul", List.of("x", "w"), List.of("hidden")),
            Node.of("moved", "Transpose", List.of("hidden"), List.of("turned")),
            Node.of("back", "Transpose", List.of("turned"), List.of("scores")));
    Graph integers =
        Fixtures.graph(
            DType.FLOAT32,
            Map.of(
                "w", Fixtures.random(1, 4, 3),
                "s", Tensor.scalar(0.05f),
                "z", Tensor.ofBytes(DType.UINT8, new byte[] {100})),
            Node.of("first", "MatMul", List.of("x", "w"), List.of("hidden")),
            Node.of("q", "QuantizeLinear", List.of("hidden", "s", "z"), List.of("codes")),
            Node.of("moved", "Transpose", List.of("codes"), List.of("turned_quantized")),
            Node.of("back", "Transpose", List.of("turned_quantized"), List.of("last")),
            Node.of("dq", "DequantizeLinear", List.of("last", "s", "z"), List.of("scores")));
    reference = Fixtures.write(folder, "moving", moved);
    List<Layer> layers = compare(Fixtures.write(folder, "moved", integers), 1).layers();
    assertThat(layers).extracting(Layer::value).containsExactly("hidden", "turned", "scores");
    assertThat(layers.get(0).ownNoise()).isPositive();
    assertThat(layers.get(1).ownNoise()).isZero();
    assertThat(layers.get(2).ownNoise()).isCloseTo(0, within(1e-12));
  }

  @Test
  void doesNotDependOnThreads() {
    Path model = Fixtures.write(folder, "model", Fixtures.quantized(0.02f));
    assertThat(compare(model, 3)).isEqualTo(compare(model, 1));
  }

  @Test
  void integersOfAnOperatorAreTurnedToFloatForTheComparison() {
    Graph integers =
        Fixtures.graph(
            DType.FLOAT32,
            Map.of(
                "w", Tensor.ofBytes(DType.INT8, new byte[20], 4, 5),
                "sw", Tensor.scalar(0.01f),
                "zw", Tensor.ofBytes(DType.INT8, new byte[1]),
                "s", Tensor.scalar(0.01f),
                "z", Tensor.ofBytes(DType.UINT8, new byte[] {5}),
                "v", Fixtures.random(2, 5, 3)),
            Node.of("q", "QuantizeLinear", List.of("x", "s", "z"), List.of("x_quantized")),
            Node.of(
                "first",
                "QLinearMatMul",
                List.of("x_quantized", "s", "z", "w", "sw", "zw", "s", "z"),
                List.of("hidden_quantized")),
            Node.of(
                "dq",
                "DequantizeLinear",
                List.of("hidden_quantized", "s", "z"),
                List.of("rectified")),
            Node.of("second", "MatMul", List.of("rectified", "v"), List.of("scores")));
    Path model = Fixtures.write(folder, "integers", integers);
    List<Layer> layers = compare(model, 1).layers();
    assertThat(layers)
        .extracting(Layer::counterpart)
        .containsExactly("hidden_quantized_compared", "rectified", "scores");
    // The weights are all zero: everything is noise.
    assertThat(layers.get(0).sqnrDb()).isCloseTo(0, within(1e-9));
  }

  @Test
  void refusesModelsWithNothingInCommon() {
    Graph other =
        Fixtures.graph(
            DType.FLOAT32,
            Map.of("u", Fixtures.random(3, 4, 3)),
            Node.of("m", "MatMul", List.of("x", "u"), List.of("scores")));
    Graph renamed =
        new Graph(
            "renamed",
            List.of(Node.of("m", "MatMul", List.of("x", "u"), List.of("other"))),
            other.initializers(),
            other.inputs(),
            List.of(new ValueInfo("other", other.outputs().getFirst().type())),
            List.of(),
            other.opaque());
    Path model = Fixtures.write(folder, "other", renamed);
    assertThatThrownBy(() -> compare(model, 1))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("no float value");
  }
}
