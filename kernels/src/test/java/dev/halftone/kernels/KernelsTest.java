package dev.halftone.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the kernels compute, on values worked out by hand or by another way. */
class KernelsTest {
  private static final float NAN = Float.NaN;
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  @Test
  void providerIsNamed() {
    assertThat(Kernels.provider()).matches("scalar|vector\\d+");
  }

  @Test
  void finiteRangePassesOverWhatIsNotFinite() {
    float[] x = {NAN, -2, INFINITY, 3, -0f, -INFINITY, 0, NAN};
    assertThat(Kernels.finiteRange(x, 0, 8)).isEqualTo(new FiniteRange(-2, 3, 4, 2, 2));
    assertThat(Kernels.finiteRange(x, 4, 5)).isEqualTo(new FiniteRange(0f, 0f, 1, 0, 0));
    assertThat(Kernels.finiteRange(x, 0, 0)).isEqualTo(FiniteRange.EMPTY);
  }

  @Test
  void allFiniteFindsNanAndInfinityAnywhere() {
    for (float bad : new float[] {NAN, INFINITY, -INFINITY}) {
      for (int i = 0; i < 67; i++) {
        float[] x = new float[67];
        Arrays.fill(x, -Float.MAX_VALUE);
        assertThat(Kernels.allFinite(x, 0, 67)).isTrue();
        x[i] = bad;
        assertThat(Kernels.allFinite(x, 0, 67)).isFalse();
        assertThat(Kernels.allFinite(x, i + 1, 67)).isTrue();
        assertThat(Kernels.allFinite(x, 0, i)).isTrue();
      }
    }
  }

  @Test
  void absMaxIsNanWhereAnElementIs() {
    assertThat(Kernels.absMax(new float[] {1, -7, 3}, 0, 3)).isEqualTo(7);
    assertThat(Kernels.absMax(new float[] {1, NAN, 3}, 0, 3)).isNaN();
    assertThat(Kernels.absMax(new float[] {1}, 1, 1)).isZero();
  }

  @Test
  void quantizeRoundsHalfToEvenAndSaturates() {
    float[] x = {-0.5f, 0.5f, 1.5f, 2.5f, -1.5f, 126.5f, 127.5f, 300, -INFINITY, INFINITY, NAN};
    byte[] codes = new byte[11];
    Kernels.quantize(x, 0, 11, 1f, 0, -128, 127, codes, 0);
    assertThat(codes).containsExactly(0, 0, 2, 2, -2, 126, 127, 127, -128, 127, 0);
  }

  @Test
  void quantizeDividesAndDoesNotMultiplyByTheReciprocal() {
    // 4.4f / 0.08f = 55 in float arithmetic or not: the quotient decides, computed here by the
    // definition.
    for (int i = 1; i < 4000; i++) {
      float scale = 0.01f + i * 1e-5f;
      float x = scale * 0.5f * (2 * (i % 100) + 1);
      byte[] code = new byte[1];
      Kernels.quantize(new float[] {x}, 0, 1, scale, 0, 0, 255, code, 0);
      assertThat(code[0] & 0xFF)
          .as("x %s, scale %s", x, scale)
          .isEqualTo((int) Math.rint(x / scale));
    }
  }

  @Test
  void unsignedAndSixteenBitCodes() {
    byte[] bytes = new byte[3];
    Kernels.quantize(new float[] {-1, 0, 1.27f}, 0, 3, 0.01f, 128, 0, 255, bytes, 0);
    assertThat(bytes).containsExactly(28, (byte) 128, (byte) 255);
    short[] shorts = new short[3];
    Kernels.quantize(new float[] {-1, 0, 1}, 0, 3, 0.0001f, 40000, 0, 65535, shorts, 0);
    assertThat(shorts).containsExactly((short) 30000, (short) 40000, (short) 50000);
    float[] back = new float[3];
    Kernels.dequantize(shorts, 0, 3, false, 0.0001f, 40000, back, 0);
    assertThat(back).containsExactly(-1f, 0f, 1f);
  }

  @Test
  void packsTheFirstCodeIntoTheLowestBits() {
    byte[] packed = new byte[2];
    Kernels.pack(new byte[] {1, -1, 7}, 0, 3, 4, packed, 0);
    assertThat(packed).containsExactly((byte) 0xF1, (byte) 0x07);
    byte[] codes = new byte[3];
    Kernels.unpack(packed, 0, 4, true, codes, 0, 3);
    assertThat(codes).containsExactly(1, -1, 7);
    Kernels.pack(new byte[] {3, 0, 1, 2, 1}, 0, 5, 2, packed, 0);
    assertThat(packed).containsExactly((byte) 0b10_01_00_11, (byte) 1);
  }

  @Test
  void sumsWithinTheirBound() {
    float[] x = Floats.random(100_001, 5, false);
    BigDecimal exact = BigDecimal.ZERO;
    for (float value : x) exact = exact.add(new BigDecimal(value).pow(2));
    double bound = (x.length / 256 + 9) * 0x1p-53 * exact.doubleValue();
    assertThat(Kernels.sumOfSquares(x, 0, x.length)).isCloseTo(exact.doubleValue(), within(bound));
    assertThat(Kernels.sumOfSquaredDifferences(x, 0, new float[x.length], 0, x.length))
        .isEqualTo(Kernels.sumOfSquares(x, 0, x.length));
  }

  @Test
  void histogramSlotsByHand() {
    int[] counts = new int[Kernels.HISTOGRAM_PARTS * Kernels.HISTOGRAM_SLOTS];
    int zero = Kernels.BINS_PER_SIGN;
    float width = 1f / zero; // exponent 0
    float[] x = {
      0,
      -0f,
      width,
      Math.nextDown(width),
      -Float.MIN_VALUE,
      -width,
      Math.nextDown(1f),
      1,
      -1,
      NAN,
      INFINITY
    };
    Kernels.histogram(x, 0, x.length, 0, counts);
    int[] total = new int[Kernels.HISTOGRAM_SLOTS];
    for (int i = 0; i < counts.length; i++) total[i % total.length] += counts[i];
    assertThat(total[Kernels.ZERO_SLOT]).isEqualTo(2);
    assertThat(total[zero]).isEqualTo(1);
    assertThat(total[zero + 1]).isEqualTo(1);
    assertThat(total[zero - 1]).isEqualTo(1);
    assertThat(total[zero - 2]).isEqualTo(1);
    assertThat(total[2 * zero - 1]).isEqualTo(1);
    assertThat(total[Kernels.OUTSIDE_SLOT]).isEqualTo(4);
  }

  @Test
  void halfPrecisionCountsOverflow() {
    float[] x = {65504, 65519.996f, 65520, -1e30f, INFINITY, NAN, 1};
    short[] out = new short[7];
    assertThat(Kernels.toFloat16(x, 0, 7, out, 0)).isEqualTo(2);
    assertThat(out[0]).isEqualTo((short) 0x7BFF);
    assertThat(out[1]).isEqualTo((short) 0x7BFF);
    assertThat(out[2]).isEqualTo((short) 0x7C00);
    float[] y = {1.00390625f, 1.01171875f, Float.MAX_VALUE, Float.intBitsToFloat(0x7F800001)};
    assertThat(Kernels.toBFloat16(y, 0, 4, out, 0)).isEqualTo(1);
    // 1 + 2^-8 lies between 1 and 1 + 2^-7 and goes to the even one; 1 + 3 · 2^-8 goes up.
    assertThat(out[0]).isEqualTo((short) 0x3F80);
    assertThat(out[1]).isEqualTo((short) 0x3F82);
    assertThat(out[3]).isEqualTo((short) 0x7FC0);
  }

  @Test
  void argumentsAreChecked() {
    float[] x = new float[4];
    assertThatThrownBy(() -> Kernels.finiteRange(x, 0, 5))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Kernels.quantize(x, 0, 4, 1f, 0, 0, 255, new byte[3], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Kernels.quantize(x, 0, 4, 0f, 0, 0, 255, new byte[4], 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Kernels.quantize(x, 0, 4, NAN, 0, 0, 255, new byte[4], 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Kernels.quantize(x, 0, 4, 1f, 256, 0, 255, new byte[4], 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Kernels.quantize(x, 0, 4, 1f, 0, -1, 255, new byte[4], 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Kernels.pack(new byte[1], 0, 1, 8, new byte[1], 0));
    assertThatThrownBy(() -> Kernels.channelRanges(x, 0, 1 << 20, 1 << 20, 1 << 20, x, x))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Kernels.histogram(x, 0, 4, 129, new int[1]));
  }
}
