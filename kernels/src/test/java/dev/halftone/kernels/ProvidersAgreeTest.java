package dev.halftone.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.kernels.KernelSupport.Grid;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The SIMD loops give the bits of the plain ones, at every length, offset and special value. */
class ProvidersAgreeTest {
  @BeforeEach
  void simdIsThere() {
    assumeTrue(
        KernelProvider.best() instanceof VectorKernels, "SIMD kernels: this JVM or CPU has none");
  }

  private interface Loop {
    Object run(KernelSupport kernels, float[] x, int from, int to);
  }

  private static void agree(String what, Loop loop) {
    for (int length : Floats.LENGTHS) {
      for (int seed = 0; seed < Floats.SEEDS; seed++) {
        float[] x = Floats.random(length + 2 * Floats.MARGIN, seed, true);
        assertThat(loop.run(new VectorKernels(), x, Floats.MARGIN, Floats.MARGIN + length))
            .as("%s, length %d, seed %d", what, length, seed)
            .isEqualTo(loop.run(KernelProvider.PLAIN, x, Floats.MARGIN, Floats.MARGIN + length));
      }
    }
  }

  @Test
  void allFinite() {
    agree("finite", KernelSupport::allFinite);
    agree(
        "finite but for some",
        (kernels, x, from, to) -> {
          float[] finite = x.clone();
          for (int i = from; i < to; i++) if (!Float.isFinite(x[i])) finite[i] = Float.MAX_VALUE;
          return kernels.allFinite(finite, from, to);
        });
  }

  @Test
  void quantize() {
    for (Grid grid : Floats.GRIDS) {
      if (grid.high() - grid.low() < 256) agree("8 bits " + grid, bytes(grid));
      agree("16 bits " + grid, shorts(grid));
    }
  }

  @Test
  void quantizeRoundsTiesAlike() {
    Grid grid = new Grid(1f, 3, -128, 127);
    for (int seed = 0; seed < Floats.SEEDS; seed++) {
      float[] x = Floats.ties(1000, seed);
      assertThat(bytes(grid).run(new VectorKernels(), x, Floats.MARGIN, 1000))
          .isEqualTo(bytes(grid).run(KernelProvider.PLAIN, x, Floats.MARGIN, 1000));
    }
  }

  private static Loop bytes(Grid grid) {
    return (kernels, x, from, to) -> {
      byte[] out = new byte[x.length];
      kernels.quantize(x, from, to, grid, out, from - 1);
      return out;
    };
  }

  private static Loop shorts(Grid grid) {
    return (kernels, x, from, to) -> {
      short[] out = new short[x.length];
      kernels.quantize(x, from, to, grid, out, from - 1);
      return out;
    };
  }

  @Test
  void quantizeColumns() {
    agree(
        "columns",
        (kernels, x, from, to) -> {
          byte[] out = new byte[x.length];
          float[] scales = Floats.scales(x.length);
          float[] zeroPoints = Floats.zeroPoints(x.length);
          kernels.quantizeColumns(x, from, to, scales, zeroPoints, 2, -8, 7, out, from - 1);
          return out;
        });
  }

  @Test
  void quantizeBlocks() {
    for (int block : new int[] {1, 3, 8, 16, 31, 32, 33, 128, 1023, 1024, 1500, 1 << 30}) {
      agree(
          "blocks of " + block,
          (kernels, x, from, to) -> {
            byte[] out = new byte[x.length];
            float[] scales = Floats.scales(x.length);
            float[] zeroPoints = Floats.zeroPoints(x.length);
            kernels.quantizeBlocks(x, from, to, block, scales, zeroPoints, 2, -8, 7, out, from - 1);
            return out;
          });
    }
  }

  @Test
  void packing() {
    Random random = new Random(1);
    for (int length : Floats.LENGTHS) {
      byte[] codes = new byte[length + 2 * Floats.MARGIN];
      random.nextBytes(codes);
      for (int bits = 1; bits <= 7; bits++) {
        String at = "%d codes of %d bits".formatted(length, bits);
        byte[] packed = packed(KernelProvider.PLAIN, codes, bits);
        assertThat(packed(new VectorKernels(), codes, bits)).as(at).isEqualTo(packed);
        for (boolean signed : new boolean[] {true, false})
          assertThat(unpacked(new VectorKernels(), packed, codes.length, bits, signed))
              .as(at)
              .isEqualTo(unpacked(KernelProvider.PLAIN, packed, codes.length, bits, signed));
      }
    }
  }

  private static byte[] packed(KernelSupport kernels, byte[] codes, int bits) {
    byte[] packed = new byte[codes.length + 1];
    kernels.pack(codes, Floats.MARGIN, codes.length - Floats.MARGIN, bits, packed, 1);
    return packed;
  }

  private static byte[] unpacked(
      KernelSupport kernels, byte[] packed, int length, int bits, boolean signed) {
    byte[] codes = new byte[length];
    kernels.unpack(packed, 1, bits, signed, codes, Floats.MARGIN, length - Floats.MARGIN);
    return codes;
  }

  @Test
  void levels() {
    for (int count : new int[] {1, 2, 3, 5, 15, 16, 17, 256}) {
      float[] table = Floats.random(count, count, false);
      if (count > 2) table[1] = -table[0];
      if (count > 3) table[2] = table[0];
      Levels levels = new Levels(table);
      agree(
          count + " levels",
          (kernels, x, from, to) -> {
            for (int i = 0; i < count && i < x.length; i += 2) x[i] = table[i] * 0.37f;
            byte[] out = new byte[x.length];
            kernels.encode(x, from, to, 0.37f, levels, out, from - 1);
            return out;
          });
    }
  }

  /** Every midpoint of two levels and its neighbours. */
  @Test
  void levelsBreakTiesAlike() {
    float[] table = {-1f, -0.5f, -0.125f, -0f, 0f, 0.25f, 0.25f, 0.75f, 3f};
    Levels levels = new Levels(table);
    float[] x = new float[3 * table.length * table.length];
    for (int i = 0; i < x.length / 3; i++) {
      float middle = (table[i / table.length] + table[i % table.length]) / 2;
      x[3 * i] = Math.nextDown(middle);
      x[3 * i + 1] = middle;
      x[3 * i + 2] = Math.nextUp(middle);
    }
    byte[] simd = new byte[x.length];
    new VectorKernels().encode(x, 0, x.length, 1f, levels, simd, 0);
    for (int i = 0; i < x.length; i++)
      assertThat(simd[i]).as("%s", x[i]).isEqualTo((byte) levels.encode(x[i]));
  }

  private static final SmallFloat[] SMALL_FLOATS = {
    new SmallFloat(8, 3, 7, 126, 127, 127, true),
    new SmallFloat(8, 3, 8, 127, 128, 128, false),
    new SmallFloat(8, 2, 15, 123, 124, 126, true),
    new SmallFloat(8, 2, 16, 127, 128, 128, false),
    new SmallFloat(6, 3, 1, 31, 31, 32, true),
    new SmallFloat(4, 1, 1, 7, 7, 8, true)
  };

  @Test
  void smallFloats() {
    for (SmallFloat format : SMALL_FLOATS) {
      for (float scale : new float[] {1f, 0.37f, 1e-30f}) {
        for (boolean saturate : new boolean[] {true, false}) {
          agree(
              format + " / " + scale,
              (kernels, x, from, to) -> {
                byte[] out = new byte[x.length];
                kernels.encode(x, from, to, scale, format, saturate, out, from - 1);
                return out;
              });
        }
      }
    }
  }

  /** Every float whose lower half is 0, where ties are, and its neighbours. */
  @Test
  void smallFloatsRoundAlikeEverywhere() {
    for (SmallFloat format : SMALL_FLOATS) {
      float[] x = new float[3 << 16];
      for (int i = 0; i < 1 << 16; i++) {
        for (int j = 0; j < 3; j++) x[3 * i + j] = Float.intBitsToFloat((i << 16) + j - 1);
      }
      byte[] plain = new byte[x.length];
      byte[] simd = new byte[x.length];
      KernelProvider.PLAIN.encode(x, 0, x.length, 1f, format, false, plain, 0);
      new VectorKernels().encode(x, 0, x.length, 1f, format, false, simd, 0);
      assertThat(simd).as("%s", format).isEqualTo(plain);
    }
  }

  @Test
  void brainFloats() {
    for (float limit : new float[] {Float.POSITIVE_INFINITY, 3f}) {
      agree(
          "bfloat16 within " + limit,
          (kernels, x, from, to) -> {
            short[] out = new short[x.length];
            kernels.toBFloat16(x, from, to, 0.37f, limit, out, from - 1);
            return out;
          });
    }
  }

  @Test
  void histograms() {
    for (int exponent :
        new int[] {Kernels.MIN_HISTOGRAM_EXPONENT, -3, 0, 4, 10, Kernels.MAX_HISTOGRAM_EXPONENT}) {
      agree(
          "exponent " + exponent,
          (kernels, x, from, to) -> histogram(kernels, x, from, to, exponent));
    }
  }

  private static int[] histogram(KernelSupport kernels, float[] x, int from, int to, int exponent) {
    int[] counts = new int[Kernels.HISTOGRAM_PARTS * Kernels.HISTOGRAM_SLOTS];
    kernels.histogram(x, from, to, exponent, counts);
    int[] total = new int[Kernels.HISTOGRAM_SLOTS];
    for (int i = 0; i < counts.length; i++) total[i % total.length] += counts[i];
    return total;
  }
}
