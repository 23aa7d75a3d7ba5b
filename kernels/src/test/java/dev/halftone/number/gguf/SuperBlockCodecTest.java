package dev.halftone.number.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SuperBlockCodecTest {
  @Test
  void theGreatestScaleIsFoundPastNaN() {
    float[] values = {Float.NaN, -3, 2, -0f, 3, 0, -Float.NaN};
    assertThat(SuperBlockCodec.furthest(values, 0, 7)).isEqualTo(-3f);
    assertThat(SuperBlockCodec.furthest(values, 2, 5)).isEqualTo(3f);
    assertThat(SuperBlockCodec.greatest(values, 0, 7)).isEqualTo(3f);
    assertThat(SuperBlockCodec.furthest(values, 3, 1)).isEqualTo(0f);
    assertThat(SuperBlockCodec.greatest(new float[] {-1, -0f}, 0, 2)).isEqualTo(0f);
    float[] none = {Float.NaN, Float.NaN};
    assertThat(SuperBlockCodec.furthest(none, 0, 2)).isEqualTo(0f);
    assertThat(SuperBlockCodec.greatest(none, 0, 2)).isEqualTo(0f);
    assertThat(SuperBlockCodec.furthest(new float[] {1, Float.NEGATIVE_INFINITY}, 0, 2))
        .isEqualTo(Float.NEGATIVE_INFINITY);
  }
}
