package dev.halftone.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainNumberTest {
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 2.4, 3, 16, 99.99, 1e-10, Double.MIN_VALUE, 123456789.125})
  void isReadBackAsItWasWritten(double number) {
    assertThat(PlainNumber.parse(PlainNumber.text(number))).isEqualTo(number);
    assertThat(PlainNumber.text(number)).matches("[0-9]+([.][0-9]*[1-9])?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-1", "+1", "1e3", "0x1p1", "2d", "NaN", "Infinity", ".5", "1.", "1,5", " 1"})
  void otherFormsAreNone(String text) {
    assertThatThrownBy(() -> PlainNumber.parse(text)).isInstanceOf(NumberFormatException.class);
  }
}
