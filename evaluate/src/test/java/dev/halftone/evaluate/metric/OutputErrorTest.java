package dev.halftone.evaluate.metric;

import static dev.halftone.evaluate.metric.Answers.answer;
import static dev.halftone.evaluate.metric.Answers.report;
import static dev.halftone.evaluate.metric.Answers.row;
import static dev.halftone.evaluate.metric.Answers.warnings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.tensor.Tensor;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class OutputErrorTest {
  @Test
  void poolsSignalAndNoiseOverSamples() {
    OutputError error = new OutputError();
    error.add(answer(0, row(1.1f, 2), row(1, 2)));
    error.add(answer(1, row(3, 1.8f), row(3, 2)));
    // Signal 1 + 4 + 9 + 4, noise .01 + .04.
    assertThat(report(error).get("sqnr_db")).isCloseTo(10 * Math.log10(18 / 0.05), within(1e-5));
    assertThat(report(error).get("max_abs_difference")).isCloseTo(0.2, within(1e-6));
  }

  @Test
  void identicalOutputsAreGivenAsTwoHundredDecibels() {
    OutputError error = new OutputError();
    error.add(answer(0, row(1, 2), row(1, 2)));
    assertThat(report(error))
        .containsEntry("sqnr_db", 200.0)
        .containsEntry("max_abs_difference", 0.0);
    OutputError silent = new OutputError();
    silent.add(answer(0, row(1), row(0)));
    assertThat(report(silent)).containsEntry("sqnr_db", -200.0);
  }

  @Test
  void valuesThatAreNotFiniteAreCountedAndLeftOut() {
    OutputError error = new OutputError();
    error.add(
        answer(0, row(Float.NaN, 2, Float.POSITIVE_INFINITY), row(1, 2, Float.POSITIVE_INFINITY)));
    assertThat(report(error)).containsEntry("sqnr_db", 200.0);
    assertThat(warnings(error))
        .containsExactly(
            "2 output values are infinite or not a number in one of the models and are not"
                + " compared");
  }

  @Test
  void outputsOfAnotherShapeAreNamed() {
    OutputError error = new OutputError();
    error.add(answer(0, row(1, 2, 3), row(1, 2)));
    assertThat(report(error)).isEmpty();
    assertThat(warnings(error))
        .containsExactly(
            "output \"y\" is not compared: FLOAT32[1, 3], the reference gives FLOAT32[1, 2]");
  }

  @Test
  void integerOutputsAreNotCompared() {
    OutputError error = new OutputError();
    error.add(answer(0, Tensor.ofInts(new int[] {1}, 1), Tensor.ofInts(new int[] {2}, 1)));
    assertThat(report(error)).isEmpty();
    assertThat(warnings(error)).isEmpty();
  }

  @Test
  void cosineIsThatOfTheAngle() {
    ErrorSum sum = new ErrorSum();
    sum.add(row(1, 0), row(1, 1));
    assertThat(sum.cosine()).isCloseTo(Math.sqrt(0.5), within(1e-12));
    ErrorSum both = new ErrorSum();
    both.add(sum);
    both.add(sum);
    assertThat(both.cosine()).isCloseTo(Math.sqrt(0.5), within(1e-12));
    assertThat(both.count()).isEqualTo(4);
    assertThat(new ErrorSum().cosine()).isEqualTo(1);
  }
}
