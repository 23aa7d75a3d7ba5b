package dev.halftone.train.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class ScheduleTest {
  @Test
  void risesInAStraightLineAndFallsAlongACosine() {
    Schedule schedule = new Schedule(0.8, 3, 11);
    double[] expected = {0.2, 0.4, 0.6, 0.8};
    for (int step = 0; step < expected.length; step++)
      assertThat(schedule.at(step)).isCloseTo(expected[step], within(1e-12));
    assertThat(schedule.at(5)).isCloseTo(0.4 * (1 + Math.sqrt(0.5)), within(1e-12));
    assertThat(schedule.at(7)).isCloseTo(0.4, within(1e-12));
    assertThat(schedule.at(11)).isZero();
    assertThat(schedule.at(12)).isZero();
  }

  @Test
  void withoutARiseItBeginsAtTheHighest() {
    assertThat(new Schedule(0.8, 0, 1).at(0)).isEqualTo(0.8);
  }

  @Test
  void refusesToRiseToTheEnd() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Schedule(0.8, 4, 4));
  }
}
