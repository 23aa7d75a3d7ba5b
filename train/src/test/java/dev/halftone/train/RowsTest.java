package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.UnsupportedModelException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RowsTest {
  private static final TrainOptions OPTIONS = TrainOptions.defaults();

  /** Batches are whole; over the epochs all samples have their turn. */
  @Test
  void whatIsLeftOverWaitsForAnotherEpoch() {
    Rows rows = Rows.of(70, OPTIONS);
    assertThat(rows.heldOut()).hasSize(7);
    assertThat(rows.steps(OPTIONS)).isEqualTo(1);
    Set<Integer> seen = new HashSet<>();
    for (int epoch = 1; epoch <= 20; epoch++) {
      List<List<Integer>> batches = rows.batches(epoch, OPTIONS);
      assertThat(batches).hasSize(1);
      assertThat(batches.getFirst()).hasSize(32).doesNotHaveDuplicates();
      seen.addAll(batches.getFirst());
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(rows.trained());
  }

  @Test
  void withoutEpochsNoBatchHasToBeFull() {
    assertThat(Rows.of(20, OPTIONS.withEpochs(0)).trained()).hasSize(18);
    assertThatThrownBy(() -> Rows.of(20, OPTIONS))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("a batch of 32 is larger than the data: 18 samples are left");
  }

  /** Also one of the last two, whatever the share. */
  @Test
  void somethingIsTrainedOnAlways() {
    TrainOptions most = OPTIONS.withEpochs(0).withHeldOut(0.9);
    assertThat(Rows.of(2, most)).isEqualTo(new Rows(List.of(1), List.of(0)));
    assertThat(Rows.of(1, most)).isEqualTo(new Rows(List.of(0), List.of()));
  }

  @Test
  void dataThatDividesEvenlyIsSeenInEachEpoch() {
    Rows rows = Rows.of(71, OPTIONS);
    assertThat(rows.batches(3, OPTIONS).stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(rows.trained());
  }
}
