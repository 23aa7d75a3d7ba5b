package dev.halftone.quantize.forms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Model;
import dev.halftone.number.IntegerFormat;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.codes.Encoder;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.recipe.Granularity;
import dev.halftone.scheme.CodeRange;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A weight that a Gemm turns has the scales that it would have if it lay the other way round. */
class TurnedWeightTest {
  private static final int K = 64;
  private static final int N = 24;

  static List<Granularity> granularities() {
    return List.of(
        new Granularity.PerTensor(), new Granularity.PerChannel(), new Granularity.PerBlock(16));
  }

  @ParameterizedTest
  @MethodSource("granularities")
  void scalesFollowTheAxisThatIsSummedOver(Granularity granularity) {
    Tensor weight = Graphs.normal(new Random(4), 1, K, N);
    float[] turned = new float[K * N];
    for (int i = 0; i < turned.length; i++) turned[i % N * K + i / N] = weight.floatAt(i);
    Tensor plain = decoded(weight, 0, granularity);
    Tensor other = decoded(Tensor.ofFloats(turned, N, K), 1, granularity);
    for (int i = 0; i < turned.length; i++)
      assertThat(other.floatAt(i % N * K + i / N)).isEqualTo(plain.floatAt(i));
  }

  private static Tensor decoded(Tensor weight, int turned, Granularity granularity) {
    Model model =
        new Graphs(1)
            .input("x", 3, K)
            .constant("w", weight)
            .node("Gemm", "x w", "y", "transB", turned)
            .output("y")
            .model(17);
    WeightUse use = WeightUses.of(model.graph()).getFirst();
    IntegerGrid grid = new IntegerGrid(IntegerFormat.INT3, true, CodeRange.USUAL);
    return Encoder.encode(List.of(Layouts.stored(use, grid, granularity).request()), 1)
        .getFirst()
        .decodedAsWeight();
  }
}
