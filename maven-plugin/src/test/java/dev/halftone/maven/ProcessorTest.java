package dev.halftone.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProcessorTest {
  @Test
  void theFirstCoreIsToldWithoutItsClock() {
    String core = "processor\t: 0\nmodel name\t: A: B\ncpu MHz\t\t: %s\nflags\t\t: avx2 fma\n\n";
    assertThat(Processor.firstCore(core.formatted(2400) + core.replace("avx2", "avx512")))
        .isEqualTo("model name\t: A: B\nflags\t\t: avx2 fma");
    assertThat(Processor.firstCore("")).isEmpty();
  }

  @Test
  void itIsToldAlikeEachTime() throws IOException {
    assertThat(Processor.here())
        .isEqualTo(Processor.here())
        .contains(System.getProperty("os.arch"));
  }
}
