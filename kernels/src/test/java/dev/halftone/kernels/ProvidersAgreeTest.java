package dev.halftone.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.kernels.KernelSupport.Grid;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The SIMD loops give the bits of the plain ones, at every length, offset and special value. */
class ProvidersAgreeTest {
  /** Elements before and after the run that no loop may read or write. */
  private static final int MARGIN = 3;

  private final KernelSupport reference = new ScalarKernels();

  @BeforeEach
  void simdIsThere() {
    assumeTrue(KernelProvider.best() instanceof VectorKernels, "SIMD kernels: this JVM or CPU has none");
  }

  private interface Loop {
    Object run(KernelSupport kernels, float[] x, int from, int to);
  }

  private void agree(String what, boolean specials, Loop loop) {
    KernelSupport simd = new VectorKernels();
    for (int length : Floats.LENGTHS) {
      for (int seed = 0; seed < Floats.SEEDS; seed++) {
        float[] x = Floats.random(length + 2 * MARGIN, seed, specials);
        assertThat(loop.run(simd, x, MARGIN, MARGIN + length))
            .as("%s, length %d, seed %d", what, length, seed)
            .isEqualTo(loop.run(reference, x, MARGIN, MARGIN + length));
      }
    }
  }

  @Test
  void ranges() {
    agree("finiteRange", true, KernelSupport::finiteRange);
    agree("finiteRange", false, KernelSupport::finiteRange);
    agree("countNonFinite", true, KernelSupport::countNonFinite);
    agree("absMax", true, (kernels, x, from, to) -> Float.floatToIntBits(kernels.absMax(x, from, to)));
    agree("absMax", false, (kernels, x, from, to) -> Float.floatToIntBits(kernels.absMax(x, from, to)));
  }

  @Test
  void channelRanges() {
    int[][] shapes = {{1, 5, 100}, {3, 33, 1}, {7, 16, 1}, {4, 6, 9}, {2, 3, 16}, {1, 1, 1}, {0, 4, 1}, {2, 4, 0}};
    for (int[] shape : shapes) {
      for (int seed = 0; seed < Floats.SEEDS; seed++) {
        float[] x = Floats.random(MARGIN + shape[0] * shape[1] * shape[2], seed, true);
        assertThat(channelRanges(new VectorKernels(), x, shape))
            .as("shape %s, seed %d", Arrays.toString(shape), seed)
            .isEqualTo(channelRanges(reference, x, shape));
      }
    }
  }

  private static int[] channelRanges(KernelSupport kernels, float[] x, int[] shape) {
    float[] min = new float[shape[1]];
    float[] max = new float[shape[1]];
    Arrays.fill(min, Float.POSITIVE_INFINITY);
    Arrays.fill(max, Float.NEGATIVE_INFINITY);
    kernels.channelRanges(x, MARGIN, shape[0], shape[1], shape[2], min, max);
    int[] bits = new int[2 * shape[1]];
    for (int c = 0; c < shape[1]; c++) {
      bits[2 * c] = Float.floatToIntBits(min[c]);
      bits[2 * c + 1] = Float.floatToIntBits(max[c]);
    }
    return bits;
  }

  @Test
  void quantize() {
    Grid[] grids = {
      new Grid(1f, 0, -128, 127),
      new Grid(0.3f, 7, -128, 127),
      new Grid(0.0371f, 128, 0, 255),
      new Grid(Float.MIN_VALUE, 0, 0, 255),
      new Grid(1e30f, 255, 0, 255),
      new Grid(0.7f, -8, -8, 7),
      new Grid(0.01f, 0, -32768, 32767),
      new Grid(0.003f, 31000, 0, 65535)
    };
    for (Grid grid : grids) {
      if (grid.high() - grid.low() < 256) agree("8 bits " + grid, true, bytes(grid));
      agree("16 bits " + grid, true, shorts(grid));
    }
  }

  @Test
  void quantizeRoundsTiesAlike() {
    Grid grid = new Grid(1f, 3, -128, 127);
    for (int seed = 0; seed < Floats.SEEDS; seed++) {
      float[] x = Floats.ties(1000, seed);
      assertThat(bytes(grid).run(new VectorKernels(), x, MARGIN, 1000))
          .isEqualTo(bytes(grid).run(reference, x, MARGIN, 1000));
    }
  }

  private static Loop bytes(Grid grid) {
    return (kernels, x, from, to) -> {
      byte[] out = new byte[x.length];
      kernels.quantize(x, from, to, grid, out, MARGIN - 1);
      return out;
    };
  }

  private static Loop shorts(Grid grid) {
    return (kernels, x, from, to) -> {
      short[] out = new short[x.length];
      kernels.quantize(x, from, to, grid, out, MARGIN - 1);
      return out;
    };
  }

  @Test
  void dequantize() {
    for (boolean signed : new boolean[] {false, true}) {
      for (int length : Floats.LENGTHS) {
        byte[] bytes = new byte[length + 2 * MARGIN];
        new Random(length).nextBytes(bytes);
        short[] shorts = new short[bytes.length];
        for (int i = 0; i < shorts.length; i++) shorts[i] = (short) (bytes[i] * 251 + i);
        agree(length, (kernels, out) -> {
          kernels.dequantize(bytes, MARGIN, MARGIN + length, signed, 0.37f, 5, out, 1);
          return out;
        });
        agree(length, (kernels, out) -> {
          kernels.dequantize(shorts, MARGIN, MARGIN + length, signed, 1e-3f, 300, out, 1);
          return out;
        });
      }
    }
  }

  private void agree(int length, BiFunction<KernelSupport, float[], float[]> loop) {
    assertThat(loop.apply(new VectorKernels(), new float[length + 2 * MARGIN]))
        .as("length %d", length)
        .isEqualTo(loop.apply(reference, new float[length + 2 * MARGIN]));
  }

  @Test
  void packing() {
    for (int bits : new int[] {2, 4}) {
      for (int length : Floats.LENGTHS) {
        byte[] codes = new byte[length + 2 * MARGIN];
        new Random(length).nextBytes(codes);
        byte[] expected = new byte[codes.length];
        reference.pack(codes, MARGIN, MARGIN + length, bits, expected, 1);
        byte[] packed = new byte[codes.length];
        new VectorKernels().pack(codes, MARGIN, MARGIN + length, bits, packed, 1);
        assertThat(packed).as("%d bits, length %d", bits, length).isEqualTo(expected);
        for (boolean signed : new boolean[] {false, true}) {
          byte[] unpacked = new byte[codes.length];
          reference.unpack(packed, 1, bits, signed, unpacked, MARGIN, MARGIN + length);
          byte[] simd = new byte[codes.length];
          new VectorKernels().unpack(packed, 1, bits, signed, simd, MARGIN, MARGIN + length);
          assertThat(simd).as("%d bits, length %d, signed %s", bits, length, signed).isEqualTo(unpacked);
        }
      }
    }
  }

  @Test
  void sumsToTheLastBit() {
    for (boolean specials : new boolean[] {false, true}) {
      agree("sumOfSquares", specials, (kernels, x, from, to) -> Double.doubleToLongBits(kernels.sumOfSquares(x, from, to)));
      agree("sumOfSquaredDifferences", specials, (kernels, x, from, to) -> {
        float[] y = Floats.random(x.length, 77, specials);
        return Double.doubleToLongBits(kernels.sumOfSquaredDifferences(x, from, y, 1, to - from));
      });
    }
  }

  @Test
  void histograms() {
    for (int exponent : new int[] {Kernels.MIN_HISTOGRAM_EXPONENT, -3, 0, 4, 10, Kernels.MAX_HISTOGRAM_EXPONENT}) {
      agree("exponent " + exponent, true, (kernels, x, from, to) -> histogram(kernels, x, from, to, exponent));
    }
  }

  private static int[] histogram(KernelSupport kernels, float[] x, int from, int to, int exponent) {
    int[] counts = new int[Kernels.HISTOGRAM_PARTS * Kernels.HISTOGRAM_SLOTS];
    kernels.histogram(x, from, to, exponent, counts);
    int[] total = new int[Kernels.HISTOGRAM_SLOTS];
    for (int i = 0; i < counts.length; i++) total[i % total.length] += counts[i];
    return total;
  }

  @Test
  void halfPrecision() {
    agree("toFloat16", true, (kernels, x, from, to) -> {
      short[] out = new short[x.length];
      return Arrays.toString(new long[] {kernels.toFloat16(x, from, to, out, 1)}) + Arrays.toString(out);
    });
    agree("toBFloat16", true, (kernels, x, from, to) -> {
      short[] out = new short[x.length];
      return Arrays.toString(new long[] {kernels.toBFloat16(x, from, to, out, 1)}) + Arrays.toString(out);
    });
  }
}
