package dev.halftone.evaluate.metric;

import static dev.halftone.evaluate.metric.Answers.answer;
import static dev.halftone.evaluate.metric.Answers.report;
import static dev.halftone.evaluate.metric.Answers.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.halftone.tensor.Tensor;
import org.junit.jupiter.api.Test;

class AgreementTest {
  @Test
  void isTheShareOfSamplesWithTheSameTopAnswer() {
    Agreement agreement = new Agreement(true);
    agreement.add(answer(0, row(0, 2, 1), row(0, 9, 1)));
    agreement.add(answer(1, row(0, 2, 1), row(3, 0, 1)));
    agreement.add(answer(2, row(5, 5, 1), row(5, 4, 1)));
    agreement.add(answer(3, row(5, 5, 1), row(4, 5, 1)));
    assertThat(report(agreement)).containsExactly(entry("agreement", 0.5));
  }

  @Test
  void positionsOfASequenceEachCount() {
    Agreement agreement = new Agreement(false);
    Tensor found = Tensor.ofFloats(new float[] {1, 0, 0, 1, 1, 0, 1, 0}, 1, 4, 2);
    Tensor expected = Tensor.ofFloats(new float[] {1, 0, 1, 0, 1, 0, 1, 0}, 1, 4, 2);
    agreement.add(answer(0, found, expected));
    assertThat(report(agreement)).containsExactly(entry("agreement", 0.75));
  }

  @Test
  void aSingleProbabilityAnswersBySideOfOneHalf() {
    Agreement agreement = new Agreement(false);
    agreement.add(answer(0, row(0.4f), row(0.6f)));
    agreement.add(answer(1, row(0.5f), row(0.9f)));
    agreement.add(answer(2, row(0.1f), row(0.2f)));
    assertThat(report(agreement)).containsExactly(entry("agreement", 2 / 3.0));
  }

  @Test
  void valuesThatAreNoProbabilitiesAndPicturesHaveNoAnswer() {
    Agreement agreement = new Agreement(false);
    agreement.add(answer(0, row(7f), row(7f)));
    agreement.add(
        answer(
            1,
            Tensor.ofFloats(new float[12], 1, 3, 2, 2),
            Tensor.ofFloats(new float[12], 1, 3, 2, 2)));
    assertThat(report(agreement)).isEmpty();
  }

  @Test
  void classesBeforeAxesOfOneAreClasses() {
    Agreement agreement = new Agreement(false);
    agreement.add(
        answer(
            0,
            Tensor.ofFloats(new float[] {1, 2, 3}, 1, 3, 1, 1),
            Tensor.ofFloats(new float[] {1, 2, 3}, 1, 3, 1, 1)));
    assertThat(report(agreement)).containsExactly(entry("agreement", 1.0));
  }
}
