package dev.halftone.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScaleStorageTest {
  private static final float[] SCALES = {
    1f, 0.1f, 1.5f, 3e-3f, 0x1p-126f, 0x1.4p-126f, Float.MAX_VALUE, 65520f, 1e-9f, 0x1.6a09e6p0f
  };

  @ParameterizedTest
  @ValueSource(
      strings = {"float32", "fp16", "bf16", "pow2-round", "pow2-ceil", "pow2-floor", "double"})
  void isReadAsItIsWrittenAndRoundsToFixedPoints(String text) {
    ScaleStorage storage = ScaleStorage.parse(text);
    assertThat(storage).hasToString(text);
    for (float scale : SCALES) {
      float stored = storage.round(scale);
      assertThat(stored).as("%s of %s", text, scale).isPositive().isFinite();
      assertThat(storage.round(stored)).as("%s of %s", text, scale).isEqualTo(stored);
      float mirrored = storage.signed() ? -stored : stored;
      assertThat(storage.round(-scale)).as("%s of -%s", text, scale).isEqualTo(mirrored);
    }
  }

  @Test
  void roundsAsTheNamesSay() {
    assertThat(ScaleStorage.parse("e8m0")).hasToString("pow2-round");
    assertThat(ScaleStorage.parse("fp16").round(0.1f)).isEqualTo(0.099975586f);
    assertThat(ScaleStorage.parse("bf16").round(0.1f)).isEqualTo(0.100097656f);
    assertThat(ScaleStorage.parse("pow2-round").round(0.1f)).isEqualTo(0.125f);
    assertThat(ScaleStorage.parse("pow2-floor").round(0.1f)).isEqualTo(0.0625f);
    assertThat(ScaleStorage.parse("pow2-ceil").round(0.07f)).isEqualTo(0.125f);
  }

  @Test
  void whatIsTooSmallOrTooLargeStaysAScale() {
    assertThat(ScaleStorage.parse("fp16").round(1e-30f)).isEqualTo(0x1p-24f);
    assertThat(ScaleStorage.parse("fp16").round(-1e30f)).isEqualTo(-65504f);
    assertThat(ScaleStorage.parse("bf16").round(Float.MAX_VALUE)).isEqualTo(0x1.FEp127f);
  }

  @Test
  void countsItsBytes() {
    assertThat(ScaleStorage.parse("float32").bytes(257)).isEqualTo(1028);
    assertThat(ScaleStorage.parse("bf16").bytes(257)).isEqualTo(514);
    assertThat(ScaleStorage.parse("pow2-ceil").bytes(257)).isEqualTo(257);
    assertThat(ScaleStorage.parse("double").bytes(257)).isEqualTo(257 + 8);
  }

  @Test
  void refusesOthersAndListsWhatThereIs() {
    assertThatThrownBy(() -> ScaleStorage.parse("int8"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no scale storage 'int8'; there are float32, fp16");
  }
}
