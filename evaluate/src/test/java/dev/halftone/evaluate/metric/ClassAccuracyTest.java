package dev.halftone.evaluate.metric;

import static dev.halftone.evaluate.metric.Answers.answer;
import static dev.halftone.evaluate.metric.Answers.report;
import static dev.halftone.evaluate.metric.Answers.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.halftone.data.Targets;
import dev.halftone.graph.MalformedDataException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class ClassAccuracyTest {
  private static ClassAccuracy accuracy(int labelOffset, boolean withReference, Integer... labels) {
    return new ClassAccuracy(new Targets.Classes(List.of(labels)), labelOffset, withReference);
  }

  @Test
  void countsLabelsThatAreTheLargestOutput() {
    ClassAccuracy accuracy = accuracy(0, false, 1, 0, 2, 2);
    accuracy.add(answer(0, row(0, 1, 0)));
    accuracy.add(answer(1, row(0, 1, 0)));
    accuracy.add(answer(2, row(0, 1, 2)));
    accuracy.add(answer(3, row(0, 1, 2)));
    assertThat(report(accuracy)).contains(entry("top1", 75.0)).doesNotContainKey("top5");
  }

  @Test
  void tiesGoToTheLowerIndexAndNaNNeverWins() {
    ClassAccuracy accuracy = accuracy(0, false, 0, 1, 1, 0);
    accuracy.add(answer(0, row(1, 1)));
    accuracy.add(answer(1, row(1, 1)));
    accuracy.add(answer(2, row(Float.NaN, -1)));
    accuracy.add(answer(3, row(Float.NaN, Float.NaN)));
    assertThat(report(accuracy)).contains(entry("top1", 50.0));
  }

  @Test
  void theLabelOffsetSkipsABackgroundClass() {
    ClassAccuracy accuracy = accuracy(1, false, 0);
    accuracy.add(answer(0, row(0, 1, 0)));
    assertThat(report(accuracy)).contains(entry("top1", 100.0));
  }

  @Test
  void topFiveCountsFivePlacesOfMoreClasses() {
    ClassAccuracy accuracy = accuracy(0, false, 4, 5);
    accuracy.add(answer(0, row(6, 5, 4, 3, 2, 1)));
    accuracy.add(answer(1, row(6, 5, 4, 3, 2, 1)));
    assertThat(report(accuracy)).contains(entry("top1", 0.0), entry("top5", 50.0));
  }

  @Test
  void comparesWithTheReferenceOnTheSameSamples() {
    // The first of each pair is the quantized model: right on rows 0 and 3; the reference on rows
    // 0, 1 and 2.
    ClassAccuracy accuracy = accuracy(0, true, 0, 0, 0, 0);
    accuracy.add(answer(0, row(1, 0), row(1, 0)));
    accuracy.add(answer(1, row(0, 1), row(1, 0)));
    accuracy.add(answer(2, row(0, 1), row(1, 0)));
    accuracy.add(answer(3, row(1, 0), row(0, 1)));
    Map<String, Double> metrics = report(accuracy);
    assertThat(metrics)
        .contains(
            entry("top1.quantized", 50.0),
            entry("top1.reference", 75.0),
            entry("top1.drop", 25.0),
            entry("mcnemar_p", 1.0));
    assertThat(metrics.get("top1.drop.low")).isLessThan(25);
    assertThat(metrics.get("top1.drop.high")).isGreaterThan(25);
    assertThat(metrics.get("top1.quantized.low")).isLessThan(50);
  }

  @Test
  void refusesLabelsThatAreNoClass() {
    assertThatThrownBy(() -> accuracy(1, false, 1).add(answer(0, row(0, 1))))
        .isInstanceOf(MalformedDataException.class)
        .hasMessage("labels at sample 0: class 1 with offset 1, the model has 2 outputs");
  }

  @Test
  void nothingWithoutSamples() {
    assertThat(report(accuracy(0, true, 1))).isEmpty();
  }
}
