package dev.halftone.number;

import static dev.halftone.number.FloatFormat.E2M1;
import static dev.halftone.number.FloatFormat.E2M3;
import static dev.halftone.number.FloatFormat.E3M2;
import static dev.halftone.number.FloatFormat.E4M3;
import static dev.halftone.number.FloatFormat.E4M3FNUZ;
import static dev.halftone.number.FloatFormat.E5M2;
import static dev.halftone.number.FloatFormat.E5M2FNUZ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halftone.tensor.DType;
import org.junit.jupiter.api.Test;

/** Values that the specifications print, and the levels that the Javadoc promises. */
class FormatTablesTest {
  private static final float INF = Float.POSITIVE_INFINITY;

  private static float[] decoded(NumberFormat format, int... codes) {
    float[] values = new float[codes.length];
    for (int i = 0; i < codes.length; i++) values[i] = format.decode(codes[i]);
    return values;
  }

  /** OFP8 1.0, table 1: NaN, infinity, largest, smallest normal, largest and smallest subnormal. */
  @Test
  void fp8() {
    assertThat(decoded(E4M3, 0x7F, 0xFF, 0x7E, 0xFE, 0x08, 0x07, 0x01, 0x00, 0x80))
        .containsExactly(Float.NaN, Float.NaN, 448f, -448f, 0x1p-6f, 0x1.Cp-7f, 0x1p-9f, 0f, -0f);
    assertThat(decoded(E5M2, 0x7D, 0x7F, 0x7C, 0xFC, 0x7B, 0x04, 0x03, 0x01))
        .containsExactly(Float.NaN, Float.NaN, INF, -INF, 57344f, 0x1p-14f, 0x1.8p-15f, 0x1p-16f);
  }

  /** Noune et al., 2206.02915, table 2. */
  @Test
  void fp8WithoutMinusZero() {
    assertThat(decoded(E4M3FNUZ, 0x80, 0x7F, 0xFF, 0x08, 0x01))
        .containsExactly(Float.NaN, 240f, -240f, 0x1p-7f, 0x1p-10f);
    assertThat(decoded(E5M2FNUZ, 0x80, 0x7F, 0xFF, 0x04, 0x01))
        .containsExactly(Float.NaN, 57344f, -57344f, 0x1p-15f, 0x1p-17f);
    assertThat(E4M3FNUZ.encode(-0f)).isZero();
    assertThat(E4M3FNUZ.encode(-1e-30f)).isZero();
  }

  /** OCP MX 1.0, tables 3 to 6. */
  @Test
  void fp6AndFp4() {
    assertThat(decoded(E2M3, 0x1F, 0x08, 0x07, 0x01, 0x3F))
        .containsExactly(7.5f, 1f, 0.875f, 0.125f, -7.5f);
    assertThat(decoded(E3M2, 0x1F, 0x04, 0x03, 0x01, 0x3F))
        .containsExactly(28f, 0.25f, 0.1875f, 0.0625f, -28f);
    assertThat(decoded(E2M1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15))
        .containsExactly(0f, 0.5f, 1f, 1.5f, 2f, 3f, 4f, 6f, -0f, -0.5f, -6f);
  }

  @Test
  void overflowAndNaN() {
    float beyond = 464f; // half a step beyond the highest; a tie that even takes down to 448
    assertThat(E4M3.encode(beyond, false)).isEqualTo(0x7E);
    assertThat(E4M3.encode(Math.nextUp(beyond), false)).isEqualTo(0x7F);
    assertThat(E4M3.encode(Math.nextUp(beyond), true)).isEqualTo(0x7E);
    assertThat(E4M3.encode(-INF, false)).isEqualTo(0xFF);
    assertThat(E5M2.encode(61440f, false)).isEqualTo(0x7C);
    assertThat(E5M2.encode(-Float.NaN)).isIn(0x7E, 0xFE);
    assertThat(E5M2FNUZ.encode(-INF, false)).isEqualTo(0x80);
    assertThat(E2M1.encode(Float.NaN)).isEqualTo(8);
    assertThat(WideFloatFormat.FP16.encode(65520f, false)).isEqualTo(0x7C00);
    assertThat(WideFloatFormat.FP16.encode(65520f)).isEqualTo(0x7BFF);
    assertThat(WideFloatFormat.BF16.encode(-INF)).isEqualTo(0xFF7F);
  }

  @Test
  void powersOfTwo() {
    assertThat(decoded(ExponentFormat.E8M0, 0, 127, 254, 255))
        .containsExactly(0x1p-127f, 1f, 0x1p127f, Float.NaN);
    assertThat(PowerOfTwo.ROUND.of(1.5f)).isEqualTo(2f);
    assertThat(PowerOfTwo.ROUND.of(1.4999999f)).isEqualTo(1f);
    assertThat(PowerOfTwo.CEIL.of(1.25f)).isEqualTo(2f);
    assertThat(PowerOfTwo.CEIL.of(0.25f)).isEqualTo(0.25f);
    assertThat(PowerOfTwo.FLOOR.of(0.49f)).isEqualTo(0.25f);
    assertThat(PowerOfTwo.CEIL.of(Float.MAX_VALUE)).isEqualTo(0x1p127f);
    assertThat(PowerOfTwo.FLOOR.of(Float.MIN_VALUE)).isEqualTo(0x1p-126f);
    assertThatIllegalArgumentException().isThrownBy(() -> PowerOfTwo.CEIL.of(0f));
  }

  @Test
  void tf32KeepsTenBitsOfTheFraction() {
    assertThat(WideFloatFormat.TF32.decode(WideFloatFormat.TF32.encode(1f + 0x1p-11f))).isOne();
    assertThat(WideFloatFormat.TF32.decode(WideFloatFormat.TF32.encode(1f + 0x1.8p-10f)))
        .isEqualTo(1f + 0x1p-9f);
    assertThat(WideFloatFormat.TF32.decode(WideFloatFormat.TF32.encode(Float.MAX_VALUE)))
        .isEqualTo(0x1.FFCp127f);
  }

  @Test
  void int32RoundsInFloat() {
    assertThat(IntegerFormat.INT32.encode(INF)).isEqualTo(Integer.MAX_VALUE);
    assertThat(IntegerFormat.INT32.encode(-3e9f)).isEqualTo(Integer.MIN_VALUE);
    assertThat(IntegerFormat.INT32.encode(2.5f)).isEqualTo(2);
  }

  @Test
  void logarithms() {
    assertThat(LevelFormat.log(2).levels()).containsExactly(0f, 1f, -0.5f, -1f);
    assertThat(LevelFormat.log(3).levels())
        .containsExactly(0f, 0.25f, 0.5f, 1f, -0.125f, -0.25f, -0.5f, -1f);
    assertThat(LevelFormat.log(4).levels()).contains(0x1p-6f, -0x1p-7f).doesNotContain(0x1p-7f);
    assertThat(LevelFormat.halfOctaves(3).levels())
        .containsExactly(0f, 0.5f, 0.70710677f, 1f, -0.35355338f, -0.5f, -0.70710677f, -1f);
    assertThat(LevelFormat.log(8).levels()).hasSize(256).contains(0x1p-126f, -0x1p-127f);
  }

  @Test
  void codebooksStartAsIntegersAndTakeLevels() {
    assertThat(LevelFormat.codebook(3).levels())
        .containsExactly(-4f, -3f, -2f, -1f, 0f, 1f, 2f, 3f);
    LevelFormat fitted = LevelFormat.codebook(-1f, 1e-30f, 1f, 1f);
    assertThat(fitted.name()).isEqualTo("codebook:2");
    // The exact middle is a little above a half; a half itself is nearer to the lower level.
    assertThat(fitted.encode(0.5f)).isEqualTo(1);
    assertThat(fitted.encode(Math.nextUp(0.5f))).isEqualTo(2);
    assertThat(fitted.encode(1f)).isEqualTo(3);
    assertThat(fitted.encode(Float.NaN)).isEqualTo(1);
    assertThat(fitted).isNotEqualTo(LevelFormat.codebook(2));
    assertThatIllegalArgumentException().isThrownBy(() -> LevelFormat.codebook(1f, 2f, 3f));
    assertThatIllegalArgumentException().isThrownBy(() -> LevelFormat.codebook(1f, 2f, 0f, 3f));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LevelFormat.codebook(1f, 2f, 3f, Float.NaN));
  }

  @Test
  void ternaryAndBinary() {
    assertThat(IntegerFormat.TERNARY.encode(0.5f)).isZero();
    assertThat(IntegerFormat.TERNARY.encode(-7f)).isEqualTo(-1);
    assertThat(IntegerFormat.TERNARY.codes()).isEqualTo(3);
    assertThat(LevelFormat.BINARY.encode(0f)).isZero();
    assertThat(LevelFormat.BINARY.encode(Float.MIN_VALUE)).isOne();
  }

  @Test
  void elementTypesOfOnnx() {
    assertThat(IntegerFormat.INT2.dtype()).contains(DType.INT2);
    assertThat(IntegerFormat.INT3.dtype()).isEmpty();
    assertThat(E4M3.dtype()).contains(DType.FLOAT8E4M3FN);
    assertThat(E2M3.dtype()).isEmpty();
    for (NumberFormat format : NumberFormat.all())
      format
          .dtype()
          .ifPresent(type -> assertThat(type.bits()).as(format.name()).isEqualTo(format.bits()));
  }
}
