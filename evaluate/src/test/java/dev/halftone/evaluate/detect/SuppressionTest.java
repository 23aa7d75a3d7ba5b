package dev.halftone.evaluate.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuppressionTest {
  private static Detection box(double score, float left) {
    return new Detection(0, (float) score, left, 0, left + 10, 10);
  }

  @Test
  void dropsWhatOverlapsABetterOne() {
    Detection best = box(0.9, 0);
    Detection near = box(0.8, 1); // IoU 9/11
    Detection far = box(0.7, 5); // IoU 5/15 with the best, 6/14 with the near one
    assertThat(new Suppression(200, 0.6).keep(List.of(far, near, best))).containsExactly(best, far);
  }

  @Test
  void whatWasDroppedDropsNothing() {
    Detection best = box(0.9, 0);
    Detection near = box(0.8, 2); // IoU 8/12 with the best
    Detection next = box(0.7, 4); // IoU 8/12 with the near one, 6/14 with the best
    assertThat(new Suppression(200, 0.6).keep(List.of(best, near, next)))
        .containsExactly(best, next);
  }

  @Test
  void theLimitItselfIsKept() {
    Detection best = box(0.9, 0);
    Detection half = new Detection(0, 0.8f, 0, 0, 10, 5);
    assertThat(new Suppression(200, 0.5).keep(List.of(best, half))).containsExactly(best, half);
  }

  @Test
  void onlyTheBestAreLookedAt() {
    assertThat(new Suppression(2, 0.6).keep(List.of(box(0.1, 0), box(0.3, 50), box(0.2, 100))))
        .containsExactly(box(0.3, 50), box(0.2, 100));
  }

  @Test
  void earlierOfEqualScoresIsBetter() {
    Detection first = box(0.5, 0);
    assertThat(new Suppression(200, 0.6).keep(List.of(first, box(0.5, 1)))).containsExactly(first);
  }
}
