package dev.halftone.evaluate.metric;

import static dev.halftone.evaluate.metric.Answers.report;
import static dev.halftone.evaluate.metric.Answers.warnings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.data.Targets;
import dev.halftone.data.Task;
import dev.halftone.runtime.Answer;
import dev.halftone.tensor.Tensor;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Photos with one label each, which a model finds or misses; boxes are rows of six values. */
class DetectionPrecisionTest {
  private static final Targets.Box LABEL = new Targets.Box(1, 0, 0, 4, 4);
  private static final Tensor IMAGE = Tensor.ofFloats(new float[64], 1, 1, 8, 8);

  private static Tensor box(boolean right) {
    return Tensor.ofFloats(new float[] {1, 0.5f, right ? 0 : 4, 0, right ? 4 : 8, 4}, 1, 1, 6);
  }

  private static DetectionPrecision of(int photos, boolean withReference) {
    return new DetectionPrecision(
        new Targets.Boxes(Collections.nCopies(photos, List.of(LABEL))),
        new Task.Detect("rows", Map.of()),
        withReference);
  }

  private static void add(DetectionPrecision precision, int photo, boolean... right) {
    List<Map<String, Tensor>> outputs =
        IntStream.range(0, right.length).mapToObj(i -> Map.of("y", box(right[i]))).toList();
    precision.add(new Answer(photo, Map.of("x", IMAGE), outputs));
  }

  @Test
  void hasAnInterval() {
    DetectionPrecision precision = of(40, false);
    for (int photo = 0; photo < 40; photo++) add(precision, photo, photo < 20);
    Map<String, Double> metrics = report(precision);
    assertThat(metrics).containsOnlyKeys("map", "map.low", "map.high").containsEntry("map", 0.5);
    assertThat(metrics.get("map.low")).isBetween(0.2, 0.45);
    assertThat(metrics.get("map.high")).isBetween(0.55, 0.8);
    assertThat(report(precision)).isEqualTo(metrics);
  }

  @Test
  void theDropIsOfTheSamePhotos() {
    DetectionPrecision same = of(40, true);
    DetectionPrecision worse = of(40, true);
    for (int photo = 0; photo < 40; photo++) {
      add(same, photo, photo < 20, photo < 20);
      add(worse, photo, photo < 16, photo < 20);
    }
    assertThat(report(same))
        .containsEntry("map.drop", 0.0)
        .containsEntry("map.drop.low", 0.0)
        .containsEntry("map.drop.high", 0.0)
        .containsKeys("map.quantized.low", "map.quantized.high");
    Map<String, Double> metrics = report(worse);
    assertThat(metrics.get("map.drop")).isCloseTo(0.1, within(1e-12));
    assertThat(metrics.get("map.drop"))
        .isBetween(metrics.get("map.drop.low"), metrics.get("map.drop.high"));
  }

  @Test
  void onePhotoHasNoInterval() {
    DetectionPrecision precision = of(1, false);
    add(precision, 0, true);
    assertThat(report(precision)).containsExactly(Map.entry("map", 1.0));
  }

  @Test
  void saysWhenThereIsNoLabel() {
    DetectionPrecision precision =
        new DetectionPrecision(
            new Targets.Boxes(List.of(List.of())), new Task.Detect("rows", Map.of()), false);
    add(precision, 0, true);
    assertThat(report(precision)).isEmpty();
    assertThat(warnings(precision)).containsExactly("no map: no photo has a labelled box");
  }
}
