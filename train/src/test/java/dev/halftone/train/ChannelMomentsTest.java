package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.tensor.Tensor;
import org.junit.jupiter.api.Test;

final class ChannelMomentsTest {
  @Test
  void channelsAreTheSecondDimension() {
    ChannelMoments moments = new ChannelMoments(2);
    moments.add(Tensor.ofFloats(new float[] {1, 2, 10, 20}, 1, 2, 2));
    moments.add(Tensor.ofFloats(new float[] {3, 6, 30, 60, 1, 5, 10, 50}, 2, 2, 2));
    assertThat(moments.mean(0)).isEqualTo(3);
    assertThat(moments.mean(1)).isEqualTo(30);
    assertThat(moments.variance(0)).isCloseTo(22 / 6.0, within(1e-12));
    assertThat(moments.variance(1)).isCloseTo(2200 / 6.0, within(1e-12));
    assertThat(moments.variance()).isCloseTo(2222 / 12.0, within(1e-12));
  }

  @Test
  void ofNothingTheyAreNoNumbers() {
    ChannelMoments moments = new ChannelMoments(2);
    moments.add(Tensor.ofFloats(new float[6], 2, 3));
    moments.add(Tensor.ofFloats(new float[2], 2));
    assertThat(moments.mean(0)).isNaN();
    assertThat(moments.variance(1)).isNaN();
  }
}
