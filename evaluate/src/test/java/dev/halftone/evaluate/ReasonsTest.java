package dev.halftone.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.data.Task;
import dev.halftone.evaluate.Reason.Kind;
import dev.halftone.evaluate.Reason.Part;
import dev.halftone.evaluate.Spread.Steps;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage that is done on purpose is explained by what was done. */
class ReasonsTest {
  private static final int UNITS = 500;

  @TempDir Path folder;

  private List<Layer> layers(Graph right, Graph made) {
    Path reference = Fixtures.write(folder, "reference", right);
    return Comparison.compare(
            reference,
            OnnxReader.read(reference).graph(),
            Fixtures.write(folder, "made", made),
            Fixtures.data(new Task.CompareOnly(), null),
            Fixtures.SAMPLES,
            2,
            Progress.NONE)
        .layers();
  }

  private static Graph products(Tensor first, Tensor second) {
    return Fixtures.graph(
        DType.FLOAT32,
        Map.of("w", first, "v", second),
        Node.of("first", "MatMul", List.of("x", "w"), List.of("hidden")),
        Node.of("second", "MatMul", List.of("hidden", "v"), List.of("scores")));
  }

  /** The weights of one of the two in signed 8 bits of one scale. */
  private static Graph coded(Tensor first, Tensor second, String which, float scale) {
    Tensor weights = which.equals("w") ? first : second;
    float[] values = weights.toFloats();
    byte[] codes = new byte[values.length];
    for (int i = 0; i < codes.length; i++)
      codes[i] = (byte) Math.clamp(Math.rint(values[i] / scale), -128, 127);
    return Fixtures.graph(
        DType.FLOAT32,
        Map.of(
            which.equals("w") ? "v" : "w",
            which.equals("w") ? second : first,
            "codes",
            Tensor.ofBytes(DType.INT8, codes, weights.shape()),
            "s",
            Tensor.scalar(scale)),
        Node.of("decode", "DequantizeLinear", List.of("codes", "s"), List.of(which)),
        Node.of("first", "MatMul", List.of("x", "w"), List.of("hidden")),
        Node.of("second", "MatMul", List.of("hidden", "v"), List.of("scores")));
  }

  private static Reason only(List<Reason> reasons, Kind kind, Part part) {
    assertThat(reasons).filteredOn(r -> r.kind() == kind && r.part() == part).hasSize(1);
    return reasons.stream().filter(r -> r.kind() == kind).findFirst().orElseThrow();
  }

  @Test
  void anOutlierAmongWeights() {
    float[] weights = Fixtures.random(1, 4, UNITS).toFloats();
    weights[7] = 40;
    Tensor first = Tensor.ofFloats(weights, 4, UNITS);
    Tensor second = Fixtures.random(2, UNITS, 3);
    Layer layer = layers(products(first, second), coded(first, second, "w", 40f / 127)).getFirst();
    Reason reason = only(layer.reasons(), Kind.RANGE_OUTLIER, Part.WEIGHTS);
    // 99.9 % of the others are below one half.
    assertThat(reason.observed()).isCloseTo(80, within(2.0));
  }

  @Test
  void channelsOfDifferentSizeWithOneScale() {
    float[] weights = Fixtures.random(1, 4, UNITS).toFloats();
    for (int row = 0; row < 4; row++) weights[row * UNITS + 3] *= 30;
    Tensor first = Tensor.ofFloats(weights, 4, UNITS);
    Tensor second = Fixtures.random(2, UNITS, 3);
    Layer layer = layers(products(first, second), coded(first, second, "w", 15f / 127)).getFirst();
    assertThat(only(layer.reasons(), Kind.CHANNEL_IMBALANCE, Part.WEIGHTS).observed())
        .isBetween(15.0, 60.0);
  }

  @Test
  void weightsThatAreClipped() {
    Tensor first = Fixtures.random(1, 4, UNITS);
    Tensor second = Fixtures.random(2, UNITS, 3);
    Layer layer =
        layers(products(first, second), coded(first, second, "w", 0.25f / 127)).getFirst();
    // They lie evenly between -1/2 and 1/2.
    assertThat(only(layer.reasons(), Kind.SATURATION, Part.WEIGHTS).observed())
        .isCloseTo(0.5, within(0.05));
    assertThat(layer.weights()).isNotNull();
    Steps steps = Objects.requireNonNull(Objects.requireNonNull(layer.weights()).steps());
    assertThat(steps.high()).isCloseTo(0.25, within(1e-6));
    assertThat(steps.grids()).isOne();
  }

  @Test
  void termsThatCancel() {
    float[] first = Fixtures.random(1, 4, UNITS).toFloats();
    float[] second = Fixtures.random(2, UNITS, 3).toFloats();
    // Units in pairs that say almost the same, and are subtracted.
    for (int unit = 0; unit < UNITS; unit += 2) {
      for (int row = 0; row < 4; row++)
        first[row * UNITS + unit + 1] = first[row * UNITS + unit] * 1.01f;
      for (int i = 0; i < 3; i++) second[(unit + 1) * 3 + i] = -second[unit * 3 + i] * 0.995f;
    }
    Tensor w = Tensor.ofFloats(first, 4, UNITS);
    Tensor v = Tensor.ofFloats(second, UNITS, 3);
    Layer layer = layers(products(w, v), coded(w, v, "v", 0.5f / 127)).getLast();
    assertThat(only(layer.reasons(), Kind.CANCELLATION, Part.ACTIVATIONS).observed())
        .isGreaterThan(1000);
  }

  @Test
  void valuesThatAreClippedAndCounted() {
    Layer layer = layers(Fixtures.classifier(), Fixtures.quantized(0.0005f)).get(1);
    assertThat(only(layer.reasons(), Kind.SATURATION, Part.ACTIVATIONS).observed())
        .isBetween(0.1, 0.6);
    Spread values = layer.activations();
    assertThat(values.before().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(Fixtures.SAMPLES * 5);
    assertThat(values.after().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(Fixtures.SAMPLES * 5);
    assertThat(values.from()).isZero();
    assertThat(values.steps()).isEqualTo(new Steps(0, 0.0005f * 255.0, 0.0005f, 1));
  }

  @Test
  void valuesBetweenTwoLevels() {
    Layer layer = layers(Fixtures.classifier(), Fixtures.quantized(0.5f)).get(1);
    assertThat(only(layer.reasons(), Kind.FEW_STEPS, Part.ACTIVATIONS).observed()).isLessThan(1);
  }

  @Test
  void noneWhereThereIsNoDamage() {
    assertThat(layers(Fixtures.classifier(), Fixtures.quantized(0.002f)))
        .allSatisfy(layer -> assertThat(layer.reasons()).isEmpty());
  }
}
