package dev.halftone.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.offset;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BlockFormatTest {
  /** OCP MX 1.0, section 6.3: the exponent of the largest element, less that of the format's. */
  @Test
  void sharedExponentsAreThoseOfTheSpecification() {
    Object[][] exponents = {
      {BlockFormat.MXFP8_E4M3, 8},
      {BlockFormat.MXFP8_E5M2, 15},
      {BlockFormat.MXFP6_E2M3, 2},
      {BlockFormat.MXFP6_E3M2, 4},
      {BlockFormat.MXFP4, 2},
      {BlockFormat.MXINT8, 0}
    };
    for (Object[] row : exponents) {
      BlockFormat format = (BlockFormat) row[0];
      for (float absMax : new float[] {1f, 1.99f, 2f, 3f, 448f, 1e-20f, 0x1p-126f, 3e38f}) {
        int floor = (int) Math.floor(Math.log(absMax) / Math.log(2) + 1e-12);
        int expected = Math.max(floor - (int) row[1], -127) + 127;
        assertThat(format.scaleCode(absMax, 1f)).as("%s of %s", format, absMax).isEqualTo(expected);
      }
      assertThat(format.scaleCode(0f, 1f)).isZero();
      assertThat(format.scaleCode(Float.MIN_VALUE, 1f)).isZero();
    }
  }

  @Test
  void aBlockOfFp4() {
    // The largest is 13: its exponent 3 less 2 gives a scale of 2, and 6.5 saturates at 6.
    float[] x = {13f, -1f, 0.5f, 0f, -5f, 7f};
    byte[] codes = new byte[6];
    byte[] scales = new byte[1];
    BlockFormat.MXFP4.encode(x, 0, 6, 1f, codes, 0, scales, 0);
    assertThat(scales).containsExactly(128);
    float[] back = new float[6];
    BlockFormat.MXFP4.decode(codes, 0, 6, scales, 0, 1f, back, 0);
    assertThat(back).containsExactly(12f, -1f, 0f, 0f, -4f, 8f);
  }

  @Test
  void aBlockOfInt8IsOfFixedPointNumbers() {
    float[] x = {1f, -0.015625f, 1.99f, -2f};
    byte[] codes = new byte[4];
    byte[] scales = new byte[1];
    BlockFormat.MXINT8.encode(x, 0, 3, 1f, codes, 0, scales, 0);
    assertThat(scales).containsExactly(127);
    assertThat(codes).startsWith(64, -1, 127);
    BlockFormat.MXINT8.encode(x, 0, 4, 1f, codes, 0, scales, 0);
    assertThat(codes).containsExactly(32, 0, 64, -64);
  }

  @Test
  void theLargestBlockOfNvfp4HasTheHighestScale() {
    float[] x = new float[32];
    x[3] = -0.75f;
    x[20] = 0.01f;
    float tensorScale = BlockFormat.NVFP4.tensorScale(0.75f);
    assertThat(tensorScale).isEqualTo(0.75f / 6 / 448);
    byte[] codes = new byte[32];
    byte[] scales = new byte[2];
    BlockFormat.NVFP4.encode(x, 0, 32, tensorScale, codes, 0, scales, 0);
    assertThat(FloatFormat.E4M3.decode(scales[0] & 0xFF)).isEqualTo(448f);
    assertThat(FloatFormat.E4M3.decode(scales[1] & 0xFF)).isEqualTo(6f);
    float[] back = new float[32];
    BlockFormat.NVFP4.decode(codes, 0, 32, scales, 0, tensorScale, back, 0);
    assertThat(back[3]).isCloseTo(-0.75f, offset(1e-6f));
    assertThat(back[20]).isCloseTo(0.01f, offset(1e-3f));
  }

  @ParameterizedTest
  @MethodSource("dev.halftone.number.BlockFormat#all")
  void decodedBlocksEncodeToThemselves(BlockFormat format) {
    for (int count : new int[] {0, 1, 15, 16, 17, 31, 32, 33, 63, 65, 100}) {
      float[] x = gaussian(count + 2, count);
      float absMax = 0;
      for (int i = 1; i <= count; i++) absMax = Math.max(absMax, Math.abs(x[i]));
      float tensorScale = format.tensorScale(absMax);
      byte[] codes = new byte[count + 2];
      byte[] scales = new byte[format.blocks(count) + 1];
      format.encode(x, 1, 1 + count, tensorScale, codes, 1, scales, 1);
      float[] back = new float[count + 2];
      format.decode(codes, 1, 1 + count, scales, 1, tensorScale, back, 1);
      byte[] again = new byte[count + 2];
      byte[] scalesAgain = new byte[scales.length];
      format.encode(back, 1, 1 + count, tensorScale, again, 1, scalesAgain, 1);
      float[] twice = new float[count + 2];
      format.decode(again, 1, 1 + count, scalesAgain, 1, tensorScale, twice, 1);
      assertThat(twice).as("%d elements", count).containsExactly(back);
      assertThat(codes[0] | codes[count + 1] | scales[0]).isZero();
    }
  }

  private static float[] gaussian(int count, long seed) {
    Random random = new Random(seed);
    float[] x = new float[count];
    for (int i = 0; i < count; i++) x[i] = (float) random.nextGaussian();
    return x;
  }

  @ParameterizedTest
  @MethodSource("dev.halftone.number.BlockFormat#all")
  void whatIsNotFiniteDoesNotMoveTheScale(BlockFormat format) {
    float inf = Float.POSITIVE_INFINITY;
    float[] x = {1f, inf, -inf, Float.NaN, -0f, Float.MIN_VALUE, 0.5f};
    byte[] codes = new byte[x.length];
    byte[] scales = new byte[1];
    float tensorScale = format.tensorScale(1f);
    format.encode(x, 0, x.length, tensorScale, codes, 0, scales, 0);
    assertThat(scales[0] & 0xFF).isEqualTo(format.scaleCode(1f, tensorScale));
    float[] back = new float[x.length];
    format.decode(codes, 0, x.length, scales, 0, tensorScale, back, 0);
    float scale = format.scale(scales[0] & 0xFF, tensorScale);
    assertThat(back[1]).isEqualTo(format.element().highest() * scale);
    assertThat(back[2]).isEqualTo(format.element().lowest() * scale);
    assertThat(back[0]).isCloseTo(1f, offset(0.01f));
  }

  @Test
  void countsBitsWithTheScales() {
    assertThat(BlockFormat.MXFP4.bitsPerElement()).isEqualTo(4.25);
    assertThat(BlockFormat.NVFP4.bitsPerElement()).isEqualTo(4.5);
  }

  @Test
  void refusesAnUnknownName() {
    assertThat(BlockFormat.parse("mxfp6-e3m2")).isEqualTo(BlockFormat.MXFP6_E3M2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BlockFormat.parse("mxfp5"))
        .withMessageContaining("'mxfp5'; expected one of mxfp8-e4m3")
        .withMessageContaining("nvfp4");
  }
}
