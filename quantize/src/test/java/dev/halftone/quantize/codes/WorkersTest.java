package dev.halftone.quantize.codes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
  private static Workers.Task failing(String message) {
    return scratch -> {
      throw new IllegalStateException(message);
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void everyTaskRunsOnce(int threads) {
    AtomicIntegerArray runs = new AtomicIntegerArray(1000);
    List<Workers.Task> tasks = new ArrayList<>();
    for (int i = 0; i < runs.length(); i++) {
      int index = i;
      tasks.add(scratch -> runs.incrementAndGet(index));
    }
    Workers.run(tasks, threads);
    for (int i = 0; i < runs.length(); i++) assertThat(runs.get(i)).isOne();
  }

  @Test
  void theFirstFailureOfTheListIsThrownHoweverLateItComes() {
    CountDownLatch later = new CountDownLatch(1);
    Workers.Task slow =
        scratch -> {
          try {
            later.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          throw new IllegalStateException("first");
        };
    Workers.Task quick =
        scratch -> {
          later.countDown();
          throw new IllegalStateException("second");
        };
    assertThatThrownBy(() -> Workers.run(List.of(slow, quick), 2)).hasMessage("first");
  }

  @Test
  void nothingIsBegunBehindAFailure() {
    List<Workers.Task> tasks = List.of(failing("first"), scratch -> assertThat(true).isFalse());
    assertThatThrownBy(() -> Workers.run(tasks, 1)).hasMessage("first");
  }
}
