package dev.halftone.prune.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.quantize.Graphs;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counting bits finds what sorting finds. */
class MagnitudeCutTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void takesTheSmallestOfAllTensorsTogether(long seed) {
    Random random = new Random(seed);
    List<Tensor> tensors = new ArrayList<>();
    List<Float> magnitudes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Tensor tensor = Graphs.normal(random, Math.pow(10, i - 1), 7, 11 + i);
      tensors.add(tensor);
      for (float value : tensor.toFloats()) magnitudes.add(ratio(value, tensor));
    }
    magnitudes.sort(null);
    for (int quota : new int[] {0, 1, 100, magnitudes.size() - 1, magnitudes.size()}) {
      List<Float> gone = gone(tensors, quota);
      assertThat(gone).containsExactlyElementsOf(magnitudes.subList(0, quota));
    }
  }

  private static float ratio(float value, Tensor tensor) {
    double squares = 0;
    for (float each : tensor.toFloats()) squares += (double) each * each;
    return (float) (Math.abs(value) / Math.sqrt(squares));
  }

  private static List<Float> gone(List<Tensor> tensors, long quota) {
    MagnitudeCut cut = MagnitudeCut.of(tensors, quota);
    List<Float> gone = new ArrayList<>();
    for (Tensor tensor : tensors) {
      BitSet zeros = cut.next(tensor);
      zeros.stream().forEach(i -> gone.add(ratio(tensor.floatAt(i), tensor)));
    }
    gone.sort(null);
    return gone;
  }

  @Test
  void ofEqualOnesTheFirstGo() {
    Tensor one = Tensor.ofFloats(new float[] {-1, 2, 1, 1}, 2, 2);
    Tensor other = Tensor.ofFloats(new float[] {2, -0f, 4, -2, 0, 2}, 2, 3);
    MagnitudeCut cut = MagnitudeCut.of(List.of(one, other), 4);
    // 1 / sqrt(7) and 2 / sqrt(28) are the same.
    assertThat(cut.next(one)).hasToString("{0, 2}");
    assertThat(cut.next(other)).hasToString("{1, 4}");
  }
}
