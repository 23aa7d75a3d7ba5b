package dev.halftone.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.DataSet;
import dev.halftone.data.Task;
import dev.halftone.evaluate.SampleAnswer.Choice;
import dev.halftone.runtime.Answer;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnswerLogTest {
  private static Answer answer(int row, float[] found, float[] expected) {
    return new Answer(
        row,
        Map.of(),
        List.of(
            Map.of("y", Tensor.ofFloats(found, 1, found.length)),
            Map.of("y", Tensor.ofFloats(expected, 1, expected.length))));
  }

  @Test
  void keepsTheWorstAndCountsTheChanged() {
    AnswerLog log = new AnswerLog(Fixtures.data(new Task.CompareOnly(), null));
    Random random = new Random(5);
    List<Double> errors = new ArrayList<>();
    int changed = 0;
    for (int row = 0; row < 300; row++) {
      float error = random.nextFloat();
      errors.add((double) error);
      // The first class is right; an error above one half makes it the second.
      log.add(answer(row, new float[] {1 - error, error}, new float[] {1, 0}));
      if (error > 0.5f) changed++;
    }
    log.add(answer(300, new float[] {1, 0}, new float[] {1, 0}));
    SampleAnswers answers = log.answers();
    List<Integer> expected =
        java.util.stream.IntStream.range(0, 300)
            .boxed()
            .sorted(java.util.Comparator.comparingDouble((Integer row) -> -errors.get(row)))
            .limit(AnswerLog.MOST_WORST)
            .toList();
    assertThat(answers.worst()).extracting(SampleAnswer::row).isEqualTo(expected);
    assertThat(answers.changedCount()).isEqualTo(changed).isGreaterThan(AnswerLog.MOST_CHANGED);
    assertThat(answers.changed())
        .hasSize(AnswerLog.MOST_CHANGED)
        .allSatisfy(
            sample -> {
              assertThat(sample.reference()).isEqualTo(new Choice(0, 1));
              assertThat(sample.quantized()).extracting(Choice::index).isEqualTo(1);
            })
        .isSortedAccordingTo(java.util.Comparator.comparingInt(SampleAnswer::row));
  }

  @Test
  void labelsAreTold() {
    int[] labels = new int[Fixtures.SAMPLES];
    labels[3] = 1;
    DataSet data = Fixtures.data(new Task.Classify(1), Fixtures.labels(labels));
    AnswerLog log = new AnswerLog(data);
    log.add(answer(3, new float[] {0, 0.2f, 1}, new float[] {0, 0, 1}));
    assertThat(log.answers().worst()).extracting(SampleAnswer::label).containsExactly(2);
    assertThat(log.answers().changedCount()).isZero();
  }

  @Test
  void whatIsNoChoiceHasNoAnswer() {
    AnswerLog log = new AnswerLog(Fixtures.data(new Task.CompareOnly(), null));
    Map<String, Tensor> one = Map.of("y", Tensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2));
    Map<String, Tensor> other = Map.of("y", Tensor.ofFloats(new float[] {2, 1, 3, 4}, 2, 2));
    log.add(new Answer(0, Map.of(), List.of(one, other)));
    assertThat(log.answers().worst()).hasSize(1);
    assertThat(log.answers().worst().getFirst().reference()).isNull();
    assertThat(log.answers().changed()).isEmpty();
  }
}
