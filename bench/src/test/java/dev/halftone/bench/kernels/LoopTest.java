package dev.halftone.bench.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.kernels.Kernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is timed is what is said: results of a few that could go wrong, and that all run. */
class LoopTest {
  @ParameterizedTest
  @EnumSource
  void runsOverAllElements(Loop loop) {
    Buffers buffers = new Buffers(2 * Buffers.ROW);
    assertThat(loop.run(buffers)).isNotNaN();
    assertThat(loop.copy(buffers)).isSameAs(buffers);
  }

  @ParameterizedTest
  @EnumSource(names = "INT4_BY_BLOCK_PACKED")
  void packsTheCodesOfEveryBlock(Loop loop) {
    Buffers buffers = new Buffers(2 * Buffers.ROW);
    loop.run(buffers);
    byte[] codes = new byte[buffers.size];
    Kernels.unpack(buffers.packed, 0, 4, true, codes, 0, codes.length);
    for (int i = 0; i < codes.length; i++) {
      double code = Math.rint(buffers.x[i] / buffers.scales[i / Buffers.BLOCK]);
      assertThat(codes[i]).isEqualTo((byte) Math.clamp(code, -8, 7));
    }
  }
}
