package dev.halftone.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halftone.tensor.DType;
import org.junit.jupiter.api.Test;

class QuantizationParametersTest {
  private static QuantizationParameters asymmetric(float low, float high, DType type) {
    return QuantizationParameters.of(new Range(low, high), type, false, false);
  }

  private static QuantizationParameters symmetric(float low, float high, DType type) {
    return QuantizationParameters.of(new Range(low, high), type, true, false);
  }

  @Test
  void asymmetricLaysAllCodesOverTheRange() {
    assertThat(asymmetric(-1f, 3f, DType.UINT8))
        .isEqualTo(new QuantizationParameters((float) (4.0 / 255), 64, DType.UINT8));
    assertThat(asymmetric(-1f, 3f, DType.INT8))
        .isEqualTo(new QuantizationParameters((float) (4.0 / 255), -64, DType.INT8));
    assertThat(asymmetric(0f, 1f, DType.UINT16))
        .isEqualTo(new QuantizationParameters((float) (1.0 / 65535), 0, DType.UINT16));
    // 0 - (-1 / (2 / 255)) = 127.5: half to even.
    assertThat(asymmetric(-1f, 1f, DType.UINT8).zeroPoint()).isEqualTo(128);
  }

  @Test
  void theRangeIsWidenedToContainZero() {
    assertThat(asymmetric(2f, 4f, DType.UINT8))
        .isEqualTo(new QuantizationParameters((float) (4.0 / 255), 0, DType.UINT8));
    assertThat(asymmetric(-4f, -2f, DType.UINT8).zeroPoint()).isEqualTo(255);
  }

  @Test
  void symmetricHasItsZeroPointInTheMiddle() {
    assertThat(symmetric(-1f, 3f, DType.INT8))
        .isEqualTo(new QuantizationParameters((float) (6.0 / 254), 0, DType.INT8));
    assertThat(symmetric(-1f, 3f, DType.UINT8))
        .isEqualTo(new QuantizationParameters((float) (6.0 / 255), 128, DType.UINT8));
    assertThat(symmetric(-3f, 1f, DType.INT16))
        .isEqualTo(new QuantizationParameters((float) (6.0 / 65534), 0, DType.INT16));
    assertThat(symmetric(-3f, 1f, DType.UINT16).zeroPoint()).isEqualTo(32768);
    assertThat(symmetric(-3f, 1f, DType.INT4))
        .isEqualTo(new QuantizationParameters((float) (6.0 / 15), 0, DType.INT4));
  }

  @Test
  void numbersInDoubleAreRoundedHalfToEvenBeforeTheZeroPoint() {
    QuantizationParameters parameters = new QuantizationParameters(0.5f, 101, DType.UINT8);
    assertThat(parameters.code(0.25)).isEqualTo(101);
    assertThat(parameters.code(0.75)).isEqualTo(103);
    assertThat(parameters.code(-1e30)).isZero();
    assertThat(parameters.code(Double.POSITIVE_INFINITY)).isEqualTo(255);
    assertThat(parameters.code(Double.NaN)).isEqualTo(101);
  }

  @Test
  void reducedRangeUsesOneBitLess() {
    QuantizationParameters signed =
        QuantizationParameters.of(new Range(-2f, 2f), DType.INT8, true, true);
    assertThat(signed).isEqualTo(new QuantizationParameters((float) (4.0 / 128), 0, DType.INT8));
    QuantizationParameters unsigned =
        QuantizationParameters.of(new Range(0f, 2f), DType.UINT8, false, true);
    assertThat(unsigned).isEqualTo(new QuantizationParameters((float) (2.0 / 127), 0, DType.UINT8));
  }

  @Test
  void nothingButZerosHasScaleOne() {
    assertThat(asymmetric(0f, 0f, DType.UINT8))
        .isEqualTo(new QuantizationParameters(1f, 0, DType.UINT8));
    assertThat(symmetric(-1e-40f, 0f, DType.UINT8))
        .isEqualTo(new QuantizationParameters(1f, 0, DType.UINT8));
  }

  @Test
  void theWidestRangeStaysFinite() {
    for (DType type : new DType[] {DType.INT2, DType.UINT2, DType.INT4, DType.UINT8, DType.INT16}) {
      QuantizationParameters widest = asymmetric(-Float.MAX_VALUE, Float.MAX_VALUE, type);
      assertThat(widest.scale()).isFinite();
      assertThat(widest.representable().high()).isFinite();
    }
  }

  @Test
  void roundTripIsWithinHalfAStep() {
    QuantizationParameters parameters = asymmetric(-0.7f, 1.9f, DType.UINT8);
    float[] x = {-0.7f, -0.3f, 0f, 0.1f, 1.9f};
    byte[] codes = new byte[5];
    float[] back = new float[5];
    parameters.quantize(x, 0, 5, codes, 0);
    parameters.dequantize(codes, 0, 5, back, 0);
    for (int i = 0; i < 5; i++)
      assertThat(Math.abs(back[i] - x[i])).isLessThanOrEqualTo(parameters.scale() * 0.501f);
    assertThat(back[2]).isZero();
  }

  @Test
  void whatIsNoRangeOrNoCodeIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Range(1f, -1f));
    assertThatIllegalArgumentException().isThrownBy(() -> new Range(Float.NaN, 1f));
    assertThatIllegalArgumentException().isThrownBy(() -> new Range(0f, Float.POSITIVE_INFINITY));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QuantizationParameters(0f, 0, DType.INT8));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QuantizationParameters(1f, 128, DType.INT8));
    assertThatIllegalArgumentException().isThrownBy(() -> Codes.of(DType.FLOAT32, false, false));
  }
}
