package dev.halftone.evaluate.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.data.Targets.Box;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AveragePrecisionTest {
  private final AveragePrecision precision = new AveragePrecision();

  /** A box of 10 by 10 whose left edge is at {@code left}. */
  private static Detection found(int category, double score, float left) {
    return new Detection(category, (float) score, left, 0, left + 10, 10);
  }

  private static Box label(int category, float left) {
    return new Box(category, left, 0, left + 10, 10);
  }

  @Test
  void isOneWhenAllIsFound() {
    precision.add(List.of(found(1, 0.3, 0), found(1, 0.9, 50)), List.of(label(1, 1), label(1, 50)));
    assertThat(precision.mean()).isEqualTo(1);
  }

  @Test
  void isTheAreaUnderTheEnvelope() {
    // Ranks: right, wrong, right, wrong, right of 4 labels. Precisions at the right ones: 1/1, 2/3,
    // 3/5; one label is never found.
    precision.add(
        List.of(found(1, 0.9, 0), found(1, 0.8, 200), found(1, 0.7, 50)),
        List.of(label(1, 0), label(1, 50)));
    precision.add(
        List.of(found(1, 0.6, 200), found(1, 0.5, 0)), List.of(label(1, 0), label(1, 90)));
    assertThat(precision.mean()).isCloseTo((1 + 2 / 3.0 + 3 / 5.0) / 4, within(1e-12));
  }

  @Test
  void theEnvelopeLiftsADip() {
    // Right only from the second rank on: precisions 1/2, 2/3 become 2/3, 2/3.
    precision.add(
        List.of(found(1, 0.9, 200), found(1, 0.8, 0), found(1, 0.7, 50)),
        List.of(label(1, 0), label(1, 50)));
    assertThat(precision.mean()).isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void aLabelIsFoundOnce() {
    precision.add(List.of(found(1, 0.9, 0), found(1, 0.8, 1)), List.of(label(1, 0), label(1, 50)));
    assertThat(precision.mean()).isEqualTo(0.5);
  }

  @Test
  void theBestOverlapIsTaken() {
    // Both labels overlap the first box; the second box fits only the one that the first one must
    // leave.
    precision.add(List.of(found(1, 0.9, 2), found(1, 0.8, 0)), List.of(label(1, 0), label(1, 3)));
    assertThat(precision.mean()).isEqualTo(1);
  }

  @Test
  void halfIsEnoughAndLessIsNot() {
    precision.add(List.of(new Detection(1, 1, 0, 0, 10, 5)), List.of(label(1, 0)));
    assertThat(precision.mean()).isEqualTo(1);
    AveragePrecision less = new AveragePrecision();
    less.add(List.of(new Detection(1, 1, 0, 0, 10, 4.99f)), List.of(label(1, 0)));
    assertThat(less.mean()).isZero();
  }

  @Test
  void classesWithoutLabelsDoNotCount() {
    precision.add(List.of(found(1, 0.9, 0), found(2, 0.9, 0)), List.of(label(1, 0), label(3, 0)));
    assertThat(precision.mean()).isEqualTo(0.5);
  }

  @Test
  void isNoNumberWithoutLabels() {
    precision.add(List.of(found(1, 0.9, 0)), List.of());
    assertThat(precision.mean()).isNaN();
  }

  @Test
  void copiesCountLikePhotos() {
    Random random = new Random(7);
    int[] copies = {0, 3, 1, 2, 0, 1, 4, 1};
    AveragePrecision copied = new AveragePrecision();
    for (int photo = 0; photo < copies.length; photo++) {
      List<Detection> boxes = new ArrayList<>();
      for (int i = 0; i < 12; i++)
        boxes.add(found(random.nextInt(3), random.nextDouble(), 20 * random.nextInt(5)));
      List<Box> labels = List.of(label(0, 0), label(1, 20), label(1, 40), label(photo % 4, 60));
      precision.add(boxes, labels);
      for (int copy = 0; copy < copies[photo]; copy++) copied.add(boxes, labels);
    }
    assertThat(precision.mean(copies)).isCloseTo(copied.mean(), within(1e-12)).isBetween(0.05, 0.9);
    assertThat(precision.mean(new int[copies.length])).isNaN();
    assertThatThrownBy(() -> precision.mean(new int[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("copies of 3 photos, there are 8");
  }
}
