package dev.halftone.evaluate.metric;

import static dev.halftone.evaluate.metric.Answers.report;
import static dev.halftone.evaluate.metric.Answers.row;
import static dev.halftone.evaluate.metric.Answers.warnings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.Targets;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.runtime.Answer;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnomalyAreaTest {
  /** Input 0, 0; the models give back their errors. */
  private static Answer answer(int row, float... errors) {
    List<Map<String, Tensor>> outputs = new ArrayList<>();
    for (float error : errors) outputs.add(Map.of("y", row(error, 0)));
    return new Answer(row, Map.of("x", row(0, 0)), outputs);
  }

  @Test
  void windowsOfAGroupAreScoredTogether() {
    // Groups: normal 0 (errors 1, 3), anomalous 1 (2, 2.5), normal 2 (2). Mean squares: 5/2,
    // 5.125/2, 2.
    AnomalyArea area =
        new AnomalyArea(
            new Targets.Anomalies(List.of(0, 0, 1, 1, 2), List.of(false, true, false)), false);
    float[] errors = {1, 3, 2, 2.5f, 2};
    for (int i = 0; i < errors.length; i++) area.add(answer(i, errors[i]));
    assertThat(report(area)).containsEntry("auc", 1.0);
  }

  @Test
  void comparesWithTheReference() {
    AnomalyArea area =
        new AnomalyArea(new Targets.Anomalies(List.of(0, 1), List.of(false, true)), true);
    area.add(answer(0, 2, 1));
    area.add(answer(1, 1, 2));
    assertThat(report(area))
        .containsEntry("auc.quantized", 0.0)
        .containsEntry("auc.reference", 1.0)
        .containsEntry("auc.drop", 1.0);
  }

  @Test
  void saysWhenThereIsNothingToTellApart() {
    AnomalyArea area = new AnomalyArea(new Targets.Anomalies(List.of(0), List.of(false)), false);
    area.add(answer(0, 1));
    assertThat(report(area)).isEmpty();
    assertThat(warnings(area))
        .containsExactly("no auc: the labels are all normal or all anomalous");
  }

  @Test
  void refusesAModelThatDoesNotGiveItsInputBack() {
    AnomalyArea area = new AnomalyArea(new Targets.Anomalies(List.of(0), List.of(false)), false);
    assertThatThrownBy(
            () -> area.add(new Answer(0, Map.of("x", row(1, 2, 3)), List.of(Map.of("y", row(1))))))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("input of 3 values, found FLOAT32[1, 1]");
  }
}
