package dev.halftone.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.kernels.KernelSupport.Grid;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The plain loops, shaped for the compiler, give what their definitions say element by element. */
class PlainLoopsTest {
  private final KernelSupport plain = KernelProvider.PLAIN;

  private interface Check {
    void run(float[] x, int from, int to, String at);
  }

  private static void everywhere(Check check) {
    for (int length : Floats.LENGTHS) {
      for (int seed = 0; seed < Floats.SEEDS; seed++) {
        float[] x = Floats.random(length + 2 * Floats.MARGIN, seed, seed % 2 == 0);
        check.run(
            x, Floats.MARGIN, Floats.MARGIN + length, "length %d, seed %d".formatted(length, seed));
      }
    }
  }

  @Test
  void finiteRange() {
    everywhere(
        (x, from, to, at) -> {
          FiniteRange expected = FiniteRange.EMPTY;
          for (int i = from; i < to; i++) expected = expected.merge(one(x[i]));
          assertThat(plain.finiteRange(x, from, to)).as(at).isEqualTo(expected);
        });
  }

  private static FiniteRange one(float value) {
    if (Float.isFinite(value)) return new FiniteRange(value + 0f, value + 0f, 1, 0, 0);
    return new FiniteRange(
        1f / 0, -1f / 0, 0, Float.isNaN(value) ? 1 : 0, Float.isNaN(value) ? 0 : 1);
  }

  @Test
  void channelRanges() {
    int[][] shapes = {
      {1, 5, 100}, {3, 33, 1}, {7, 16, 1}, {4, 6, 9}, {2, 3, 16}, {1, 1, 1}, {0, 4, 1}, {2, 4, 0}
    };
    for (int[] shape : shapes) {
      for (int seed = 0; seed < Floats.SEEDS; seed++) {
        float[] x =
            Floats.random(Floats.MARGIN + shape[0] * shape[1] * shape[2], seed, seed % 2 == 0);
        FiniteRange[] expected = new FiniteRange[shape[1]];
        java.util.Arrays.fill(expected, FiniteRange.EMPTY);
        for (int i = Floats.MARGIN; i < x.length; i++) {
          int channel = (i - Floats.MARGIN) / shape[2] % shape[1];
          expected[channel] = expected[channel].merge(one(x[i]));
        }
        float[] min = Floats.filled(shape[1], Float.POSITIVE_INFINITY);
        float[] max = Floats.filled(shape[1], Float.NEGATIVE_INFINITY);
        plain.channelRanges(x, Floats.MARGIN, shape[0], shape[1], shape[2], min, max);
        for (int c = 0; c < shape[1]; c++) {
          assertThat(min[c]).isEqualTo(expected[c].min());
          assertThat(max[c]).isEqualTo(expected[c].max());
        }
      }
    }
  }

  @Test
  void quantize() {
    for (Grid grid : Floats.GRIDS) {
      everywhere(
          (x, from, to, at) -> {
            short[] shorts = new short[x.length];
            plain.quantize(x, from, to, grid, shorts, 1);
            byte[] bytes = new byte[x.length];
            plain.quantize(x, from, to, grid, bytes, 1);
            for (int i = from; i < to; i++) {
              int code = code(x[i], grid);
              assertThat(shorts[1 + i - from])
                  .as("%s of %s, %s", grid, x[i], at)
                  .isEqualTo((short) code);
              assertThat(bytes[1 + i - from])
                  .as("%s of %s, %s", grid, x[i], at)
                  .isEqualTo((byte) code);
            }
          });
    }
  }

  private static int code(float value, Grid grid) {
    if (Float.isNaN(value)) return grid.zeroPoint();
    double code = Math.rint(value / grid.scale()) + grid.zeroPoint();
    return (int) Math.clamp(code, (double) grid.low(), (double) grid.high());
  }

  @Test
  void dequantize() {
    byte[] bytes = new byte[1000];
    new Random(1).nextBytes(bytes);
    short[] shorts = new short[1000];
    for (int i = 0; i < 1000; i++) shorts[i] = (short) (bytes[i] * 251 + i);
    float[] out = new float[1000];
    plain.dequantize(bytes, 5, 1000, true, 0.37f, 5, out, 1);
    for (int i = 5; i < 1000; i++) assertThat(out[i - 4]).isEqualTo((float) (bytes[i] - 5) * 0.37f);
    plain.dequantize(bytes, 5, 1000, false, 0.37f, 5, out, 1);
    for (int i = 5; i < 1000; i++)
      assertThat(out[i - 4]).isEqualTo((float) ((bytes[i] & 0xFF) - 5) * 0.37f);
    plain.dequantize(shorts, 5, 1000, false, 1e-3f, 300, out, 1);
    for (int i = 5; i < 1000; i++)
      assertThat(out[i - 4]).isEqualTo((float) ((shorts[i] & 0xFFFF) - 300) * 1e-3f);
  }

  @Test
  void packing() {
    Random random = new Random(1);
    for (int length = 0; length < 67; length++) {
      byte[] codes = new byte[length + 2 * Floats.MARGIN];
      random.nextBytes(codes);
      for (int bits = 1; bits <= 7; bits++) packing(codes, length, bits);
    }
  }

  /** Bit by bit, in a stream that fills each byte from its lowest bit. */
  private void packing(byte[] codes, int length, int bits) {
    byte[] packed = new byte[codes.length + 1];
    plain.pack(codes, Floats.MARGIN, Floats.MARGIN + length, bits, packed, 1);
    BitSet stream = BitSet.valueOf(packed);
    byte[] signed = new byte[length + 3];
    plain.unpack(packed, 1, bits, true, signed, 2, 2 + length);
    byte[] unsigned = new byte[length + 3];
    plain.unpack(packed, 1, bits, false, unsigned, 2, 2 + length);
    for (int i = 0; i < length; i++) {
      int code = codes[Floats.MARGIN + i];
      for (int bit = 0; bit < bits; bit++) {
        assertThat(stream.get(8 + i * bits + bit))
            .as("%d bits, code %d of %d", bits, i, length)
            .isEqualTo((code >> bit & 1) == 1);
      }
      assertThat(unsigned[2 + i]).isEqualTo((byte) (code & (1 << bits) - 1));
      assertThat(signed[2 + i]).isEqualTo((byte) (code << 32 - bits >> 32 - bits));
    }
    assertThat(stream.length()).as("bits after the last").isLessThanOrEqualTo(8 + length * bits);
    assertThat(signed[1] | signed[2 + length] | packed[0]).as("bytes around").isZero();
  }

  @Test
  void sumsInTheStatedOrder() {
    everywhere(
        (x, from, to, at) -> {
          double[] sums = new double[256];
          for (int i = from; i < to; i++) sums[(i - from) % 256] += (double) x[i] * x[i];
          for (int half = 128; half > 0; half /= 2)
            for (int j = 0; j < half; j++) sums[j] += sums[j + half];
          assertThat(Double.doubleToLongBits(plain.sumOfSquares(x, from, to)))
              .as(at)
              .isEqualTo(Double.doubleToLongBits(sums[0]));
          assertThat(
                  Double.doubleToLongBits(
                      plain.sumOfSquaredDifferences(x, from, new float[x.length], 0, to - from)))
              .as(at)
              .isEqualTo(Double.doubleToLongBits(sums[0]));
        });
  }

  /** Long arrays take a shortcut that single numbers do not. */
  @Test
  void levels() {
    for (int count : new int[] {1, 2, 3, 16, 31, 33, 256}) {
      float[] table = Floats.random(count, count, false);
      if (count > 2) table[1] = -table[0];
      Levels levels = new Levels(table);
      float[] x = Floats.random(40_000, count, true);
      for (int i = 0; i < count; i++) x[i] = table[i] * 0.37f;
      byte[] codes = new byte[x.length];
      plain.encode(x, 0, x.length, 0.37f, levels, codes, 0);
      for (int i = 0; i < x.length; i++) {
        assertThat(codes[i])
            .as("%s among %d levels", x[i], count)
            .isEqualTo((byte) levels.encode(x[i] / 0.37f));
      }
    }
  }

  @Test
  void halfPrecision() {
    everywhere(
        (x, from, to, at) -> {
          short[] out = new short[x.length];
          long overflows = 0;
          long counted = Kernels.toFloat16(x, from, to, out, 1);
          for (int i = from; i < to; i++) {
            float rounded = Float.float16ToFloat(out[1 + i - from]);
            float expected = Float.float16ToFloat(Float.floatToFloat16(x[i]));
            assertThat(Float.compare(rounded, expected)).as(at).isZero();
            if (Float.isFinite(x[i]) && Float.isInfinite(Float.float16ToFloat(out[1 + i - from])))
              overflows++;
          }
          assertThat(counted).as(at).isEqualTo(overflows);
        });
  }

  @Test
  void brainFloats() {
    everywhere(
        (x, from, to, at) -> {
          short[] out = new short[x.length];
          long overflows = 0;
          long counted = Kernels.toBFloat16(x, from, to, out, 1);
          for (int i = from; i < to; i++) {
            float rounded = Float.intBitsToFloat(out[1 + i - from] << 16);
            assertThat(Float.compare(rounded, nearest(x[i]))).as("%s, %s", x[i], at).isZero();
            if (Float.isFinite(x[i]) && Float.isInfinite(rounded)) overflows++;
          }
          assertThat(counted).as(at).isEqualTo(overflows);
        });
  }

  /** The nearer of the two neighbours of 8 significant bits, the even one when both are as near. */
  private static float nearest(float value) {
    if (!Float.isFinite(value)) return value;
    int kept = Float.floatToRawIntBits(value) & 0xFFFF0000;
    double down = Float.intBitsToFloat(kept);
    double up =
        (kept & 0x7F800000) == 0x7F000000 && (kept & 0x7F0000) == 0x7F0000
            ? Math.copySign(0x1p128, value)
            : Float.intBitsToFloat(kept + 0x10000);
    double toDown = Math.abs(value - down);
    double toUp = Math.abs(up - value);
    boolean even = (kept & 0x10000) == 0;
    return (float) (toDown < toUp || toDown == toUp && even ? down : up);
  }

  @Test
  void columnsAreQuantizedAsOneByOneWithTheirOwnScales() {
    everywhere(
        (x, from, to, at) -> {
          float[] scales = Floats.scales(to - from + 3);
          float[] zeroPoints = Floats.zeroPoints(to - from + 3);
          byte[] expected = new byte[to - from + 2];
          byte[] actual = new byte[to - from + 2];
          for (int i = 0; i < to - from; i++) {
            Grid grid = new Grid(scales[i + 3], (int) zeroPoints[i + 3], -8, 7);
            plain.quantize(x, from + i, from + i + 1, grid, expected, i + 2);
          }
          Kernels.quantizeColumns(x, from, to, scales, zeroPoints, 3, -8, 7, actual, 2);
          assertThat(actual).as(at).isEqualTo(expected);
        });
  }

  @Test
  void columnsOfSixteenBitsAreQuantizedAsOneByOne() {
    everywhere(
        (x, from, to, at) -> {
          float[] scales = Floats.scales(to - from + 3);
          float[] zeroPoints = Floats.zeroPoints(to - from + 3);
          for (int i = 0; i < zeroPoints.length; i++) zeroPoints[i] *= 4000;
          short[] expected = new short[to - from + 2];
          short[] actual = new short[to - from + 2];
          for (int i = 0; i < to - from; i++) {
            Grid grid = new Grid(scales[i + 3], (int) zeroPoints[i + 3], -32768, 32767);
            plain.quantize(x, from + i, from + i + 1, grid, expected, i + 2);
          }
          Kernels.quantizeColumns(x, from, to, scales, zeroPoints, 3, -32768, 32767, actual, 2);
          assertThat(actual).as(at).isEqualTo(expected);
        });
  }

  @Test
  void blocksAreQuantizedOneByOneWithTheirOwnScales() {
    for (int block : new int[] {1, 5, 32, 100, 1024, 3000, Integer.MAX_VALUE}) {
      everywhere(
          (x, from, to, at) -> {
            int blocks = Math.ceilDiv(to - from, block);
            float[] scales = Floats.scales(blocks + 3);
            float[] zeroPoints = Floats.zeroPoints(blocks + 3);
            byte[] expected = new byte[to - from + 2];
            byte[] actual = new byte[to - from + 2];
            for (int i = 0; i < to - from; i++) {
              int entry = i / block + 3;
              Grid grid = new Grid(scales[entry], (int) zeroPoints[entry], -8, 7);
              plain.quantize(x, from + i, from + i + 1, grid, expected, i + 2);
            }
            Kernels.quantizeBlocks(x, from, to, block, scales, zeroPoints, 3, -8, 7, actual, 2);
            assertThat(actual).as("block %d, %s", block, at).isEqualTo(expected);
          });
    }
  }

  @Test
  void quantizationErrors() {
    everywhere(
        (x, from, to, at) -> {
          float[] scales = Floats.scales(to - from);
          float[] zeroPoints = Floats.zeroPoints(to - from);
          float[] errors = new float[to - from];
          Kernels.quantizationErrors(x, from, to, scales, zeroPoints, -8, 7, errors);
          for (int i = 0; i < to - from; i++) {
            float value = x[from + i];
            int code = code(value, new Grid(scales[i], (int) zeroPoints[i], -8, 7));
            float expected = value - (code - (int) zeroPoints[i]) * scales[i];
            assertThat(Float.compare(errors[i], expected)).as("%s, %s", value, at).isZero();
          }
        });
  }

  @Test
  void histogram() {
    int zero = Kernels.BINS_PER_SIGN;
    for (int exponent : new int[] {Kernels.MIN_HISTOGRAM_EXPONENT, -3, 0, 4, 12, 128}) {
      double width = Math.scalb(1.0, exponent) / zero;
      everywhere(
          (x, from, to, at) -> {
            int[] expected = new int[Kernels.HISTOGRAM_SLOTS];
            for (int i = from; i < to; i++) {
              double bin = Math.floor(Math.abs((double) x[i]) / width);
              int slot = x[i] < 0 ? zero - 1 - (int) bin : zero + (int) bin;
              if (x[i] == 0) slot = Kernels.ZERO_SLOT;
              expected[bin < zero ? slot : Kernels.OUTSIDE_SLOT]++;
            }
            int[] counts = new int[Kernels.HISTOGRAM_PARTS * Kernels.HISTOGRAM_SLOTS];
            plain.histogram(x, from, to, exponent, counts);
            int[] total = new int[Kernels.HISTOGRAM_SLOTS];
            for (int i = 0; i < counts.length; i++) total[i % total.length] += counts[i];
            assertThat(total).as("exponent %d, %s", exponent, at).isEqualTo(expected);
          });
    }
  }

  /** Long runs go through loops for the compiler; here each number is rounded by search. */
  @Test
  void smallFloats() {
    SmallFloat e4m3 = new SmallFloat(8, 3, 7, 126, 127, 127, true);
    everywhere(
        (x, from, to, at) -> {
          byte[] out = new byte[x.length];
          plain.encode(x, from, to, 0.37f, e4m3, true, out, 1);
          for (int i = from; i < to; i++)
            assertThat(out[1 + i - from])
                .as("%s, %s", x[i], at)
                .isEqualTo((byte) nearestE4m3(x[i] / 0.37f));
        });
  }

  private static int nearestE4m3(float value) {
    int sign = Float.floatToRawIntBits(value) >>> 31 << 7;
    if (Float.isNaN(value)) return sign | 127;
    int nearest = 0;
    for (int code = 1; code <= 126; code++) {
      double was = Math.abs(Math.abs((double) value) - e4m3(nearest));
      double is = Math.abs(Math.abs((double) value) - e4m3(code));
      if (is < was || is == was && code % 2 == 0) nearest = code;
    }
    return Float.isInfinite(value) ? sign | 126 : sign | nearest;
  }

  private static double e4m3(int code) {
    int exponent = code >> 3;
    int significand = exponent == 0 ? code & 7 : code & 7 | 8;
    return Math.scalb((double) significand, Math.max(exponent, 1) - 10);
  }
}
