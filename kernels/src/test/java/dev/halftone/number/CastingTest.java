package dev.halftone.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import org.junit.jupiter.api.Test;

class CastingTest {
  @Test
  void doublesAreRoundedOnce() {
    // Just above the middle of 1 and the next half: float alone would make it the middle.
    double above = 1 + 0x1p-11 + 0x1p-40;
    double below = 1 + 3 * 0x1p-11 - 0x1p-40;
    double[] x = {above, below, -above, 1 + 0x1p-11, 1e300, Double.MIN_VALUE, Double.NaN, -0.0};
    float[] halves = Casting.cast(Tensor.ofDoubles(x, 8), DType.FLOAT16).toFloats();
    assertThat(halves)
        .containsExactly(
            1 + 0x1p-10f,
            1 + 0x1p-10f,
            -1 - 0x1p-10f,
            1f,
            Float.POSITIVE_INFINITY,
            0f,
            Float.NaN,
            -0f);
  }

  @Test
  void integersAreCutOffAndKeepTheirLowBits() {
    float[] x = {1.9f, -1.9f, 7f, 8f, -9f, Float.NaN, 300f};
    assertThat(Casting.cast(Tensor.ofFloats(x, 7), DType.INT4).toLongs())
        .containsExactly(1, -1, 7, -8, 7, 0, -4);
    assertThat(Casting.cast(Tensor.ofFloats(x, 7), DType.UINT16).toLongs())
        .containsExactly(1, 65535, 7, 8, 65527, 0, 300);
  }

  @Test
  void everyTypeOf16BitsOrLessComesBack() {
    for (DType type : DType.values()) {
      if (type.bits() == 0 || type.bits() > 16 || type == DType.BOOL) continue;
      float[] ones = {1f, 1f, 1f};
      Tensor there = Casting.cast(Tensor.ofFloats(ones, 3), type);
      assertThat(there.dtype()).isEqualTo(type);
      assertThat(Casting.cast(there, DType.FLOAT32).toFloats()).containsExactly(ones);
      assertThat(Casting.cast(there, DType.FLOAT64).toDoubles()).containsExactly(1, 1, 1);
    }
  }

  @Test
  void otherTypesAreRefused() {
    Tensor x = Tensor.scalar(1f);
    assertThatIllegalArgumentException().isThrownBy(() -> Casting.cast(x, DType.INT64));
    assertThatIllegalArgumentException().isThrownBy(() -> Casting.cast(x, DType.INT32));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Casting.cast(Tensor.ofInts(new int[1], 1), DType.FLOAT32));
  }
}
