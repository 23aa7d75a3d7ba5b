package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SpeedTextTest {
  @Test
  void warnsOnlyOfWhatIsSlower() {
    assertThat(SpeedText.slower(Map.of("speedup", 0.5)))
        .isEqualTo("slower than the original on this machine: 0.50 times as fast");
    assertThat(SpeedText.slower(Map.of("speedup", 1.5))).isEmpty();
    assertThat(SpeedText.slower(Map.of())).isEmpty();
  }
}
