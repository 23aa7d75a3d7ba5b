package dev.halftone.toolkit.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.DataSet;
import dev.halftone.data.Samples;
import dev.halftone.data.Task;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SamplesHashTest {
  private static String hash(Set<Integer> starts, Tensor... rows) {
    List<Tensor> tensors = List.of(rows);
    Samples samples =
        new Samples() {
          @Override
          public int size() {
            return tensors.size();
          }

          @Override
          public Map<String, Tensor> get(int row) {
            return Map.of("x", tensors.get(row));
          }
        };
    return SamplesHash.of(
        new DataSet(samples, null, new Task.CompareOnly(), Map.of(), starts, "same"));
  }

  @Test
  void everythingThatTheModelSeesCounts() {
    Tensor one = Tensor.ofFloats(new float[] {1, 2}, 1, 2);
    Tensor same = Tensor.ofFloats(new float[] {1, 2}, 1, 2);
    Tensor other = Tensor.ofFloats(new float[] {1, 3}, 1, 2);
    assertThat(hash(Set.of(), one, other)).isEqualTo(hash(Set.of(), same, other)).hasSize(64);
    assertThat(
            Set.of(
                hash(Set.of(), one, other),
                hash(Set.of(), other, one),
                hash(Set.of(), one),
                hash(Set.of(0), one),
                hash(Set.of(), Tensor.ofFloats(new float[] {1, 2}, 2, 1)),
                hash(Set.of(), Tensor.ofInts(new int[] {0x3F800000, 0x40000000}, 1, 2))))
        .hasSize(6);
  }
}
