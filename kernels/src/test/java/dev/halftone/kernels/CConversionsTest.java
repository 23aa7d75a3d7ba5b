package dev.halftone.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What C on x86-64 makes of floats, special ones too. */
class CConversionsTest {
  @Test
  void nearestRoundsTiesToEven() {
    assertThat(CConversions.nearest(0.5f)).isZero();
    assertThat(CConversions.nearest(1.5f)).isEqualTo(2);
    assertThat(CConversions.nearest(-2.5f)).isEqualTo(-2);
    assertThat(CConversions.nearest(4194303f)).isEqualTo(4194303);
  }

  @Test
  void nearestKeepsLowerBitsOfWhatIsBeyond() {
    assertThat(CConversions.nearest(Float.NaN)).isZero();
    assertThat(CConversions.nearest(Float.POSITIVE_INFINITY)).isEqualTo(-4194304);
    assertThat(CConversions.nearest(Float.NEGATIVE_INFINITY)).isEqualTo(-4194304);
  }

  @Test
  void truncatesToTheLeastIntWhatAnIntCannotHold() {
    assertThat(CConversions.truncate(-1.9f)).isEqualTo(-1);
    assertThat(CConversions.truncate(0x1p31f)).isEqualTo(Integer.MIN_VALUE);
    assertThat(CConversions.truncate(Float.NaN)).isEqualTo(Integer.MIN_VALUE);
  }

  @Test
  void roundsTiesAwayFromZero() {
    assertThat(CConversions.round(0.5f)).isEqualTo(1f);
    assertThat(CConversions.round(-0.5f)).isEqualTo(-1f);
    assertThat(CConversions.round(0.49999997f)).isZero();
    assertThat(CConversions.round(8388609f)).isEqualTo(8388609f);
    assertThat(CConversions.round(Float.NaN)).isNaN();
  }

  @Test
  void roundedLongsLoseTheirUpperHalf() {
    assertThat(CConversions.roundToInt(-2.5f)).isEqualTo(-3);
    assertThat(CConversions.roundToInt(0x1p33f)).isZero();
    assertThat(CConversions.roundToInt(Float.POSITIVE_INFINITY)).isZero();
  }
}
