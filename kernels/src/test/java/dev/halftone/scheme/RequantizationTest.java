package dev.halftone.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halftone.tensor.DType;
import org.junit.jupiter.api.Test;

class RequantizationTest {
  @Test
  void roundsToEvenAddsTheZeroPointAndSaturates() {
    QuantizationParameters result = new QuantizationParameters(0.5f, 10, DType.UINT8);
    Requantization halving = Requantization.of(0.5f, 0.5f, result);
    assertThat(halving.factor()).isEqualTo(0.5f);
    int[] sums = {7, 1, 3, -1, -100, 1000, Integer.MAX_VALUE, Integer.MIN_VALUE};
    byte[] codes = new byte[8];
    halving.apply(sums, 1, 8, codes, 1);
    assertThat(codes).containsExactly(0, 10, 12, 10, 0, 255, 255, 0);
  }

  @Test
  void dynamicParametersAreThoseOfTheOperator() {
    assertThat(QuantizationParameters.dynamic(new Range(-1f, 3f)))
        .isEqualTo(new QuantizationParameters(4f / 255f, 64, DType.UINT8));
    assertThat(QuantizationParameters.dynamic(Range.ZERO))
        .isEqualTo(new QuantizationParameters(1f, 0, DType.UINT8));
    assertThat(QuantizationParameters.dynamic(new Range(-Float.MAX_VALUE, Float.MAX_VALUE)).scale())
        .isFinite();
  }

  @Test
  void refusesAFactorThatIsNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Requantization(Float.NaN, 0, DType.INT8));
  }
}
