package dev.halftone.quantize.qdq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.calibrate.observe.Channel;
import dev.halftone.calibrate.observe.Channels;
import dev.halftone.calibrate.observe.ExactSum;
import dev.halftone.calibrate.observe.Moments;
import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChannelCodesTest {
  private static ChannelCodes codes(Channel channel, int zeroPoint, DType type) {
    return ChannelCodes.of(
        new Channels(List.of(channel)), new QuantizationParameters(0.5f, zeroPoint, type));
  }

  private static Channel channel(float min, float max, double mean, double square) {
    ExactSum sum = ExactSum.ZERO.plus(mean);
    return new Channel(min, max, new Moments(1, sum, sum, ExactSum.ZERO.plus(square)));
  }

  @ParameterizedTest
  @CsvSource({
    // Extremes that are within three deviations of the mean, then beyond.
    "-10, 20, 5, 125, 80, 140",
    "-40, 80, 5, 26, 100, 116",
    // All on one side: 0 is what a convolution pads with.
    "10, 20, 15, 230, 100, 140",
    "-20, -10, -15, 230, 60, 100",
    // Beyond the codes that there are.
    "-90, 200, 5, 10000, 0, 255"
  })
  void boundsAreExtremesOrThreeDeviationsAndHoldZero(
      float min, float max, double mean, double square, int low, int high) {
    ChannelCodes codes = codes(channel(min, max, mean, square), 100, DType.UINT8);
    assertThat(codes.low(0)).isEqualTo(low);
    assertThat(codes.high(0)).isEqualTo(high);
  }

  @Test
  void signedCodesCountFromTheLowest() {
    ChannelCodes codes = codes(channel(-8, 16, 0, 100), -28, DType.INT8);
    assertThat(codes.low(0)).isEqualTo(84);
    assertThat(codes.high(0)).isEqualTo(132);
  }

  @Test
  void aChannelThatWasNeverSeenHoldsEveryCode() {
    assertThat(ChannelCodes.UNKNOWN.low(7)).isZero();
    assertThat(ChannelCodes.UNKNOWN.high(7)).isEqualTo(255);
  }

  @Test
  void aChannelWithoutElementsHoldsZero() {
    ChannelCodes codes = codes(Channel.EMPTY, 100, DType.UINT8);
    assertThat(codes.low(0)).isEqualTo(100);
    assertThat(codes.high(0)).isEqualTo(100);
  }
}
