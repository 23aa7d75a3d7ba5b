package dev.halftone.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.kernels.ErrorWeights.Given;
import dev.halftone.kernels.ErrorWeights.Own;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** SIMD finds the bits that the plain searches find; and what they find is what was put in. */
class ScaleFitsTest {
  private static final int[] COUNTS = {1, 3, 4, 7, 8, 9, 15, 16, 17, 33};
  private static final int[] SIZES = {8, 16, 32};
  private static final int SEEDS = 6;
  private static final int LATER = 7;

  /** Denser around 0, not symmetric, and one of two levels only. */
  private static final RisingLevels[] LEVELS = {
    new RisingLevels(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113),
    new RisingLevels(-2, 3)
  };

  private static final float[] TIES = {
    0.5f, -0.5f, 0.49999997f, 1.5f, -2.5f, 4194303.5f, 4194304f, 126.5f
  };

  private interface Search {
    Object run(KernelSupport kernels, float[] x, int count, int size, float[] weights);
  }

  private static void agree(String what, Search search) {
    assumeTrue(
        KernelProvider.best() instanceof VectorKernels, "SIMD kernels: this JVM or CPU has none");
    for (int size : SIZES) {
      for (int count : COUNTS) {
        for (int seed = 0; seed < SEEDS; seed++) {
          float[] x = values(3 + count * size, size, seed);
          float[] weights = weights(count * size, seed);
          assertThat(search.run(new VectorKernels(), x, count, size, weights))
              .as("%s, %d blocks of %d, seed %d", what, count, size, seed)
              .isEqualTo(search.run(KernelProvider.PLAIN, x, count, size, weights));
        }
      }
    }
  }

  /**
   * Blocks of every scale that floats have, down to where inverses overflow, some of one sign, and
   * some of equal values or zeros.
   */
  private static float[] values(int length, int size, int seed) {
    Random random = new Random(seed);
    float[] x = new float[length];
    int kind = 0;
    float scale = 1;
    for (int i = 0; i < length; i++) {
      if (i % size == 3) {
        kind = random.nextInt(6);
        scale = Math.scalb(1f, seed == 0 ? -4 : random.nextInt(276) - 149);
      }
      float value = (float) random.nextGaussian() * scale;
      x[i] =
          switch (kind) {
            case 0 -> 0f;
            case 1 -> -0f;
            case 2 -> -scale;
            case 3 -> Math.abs(value);
            case 4 -> -Math.abs(value);
            default -> value;
          };
    }
    return x;
  }

  private static float[] weights(int length, int seed) {
    Random random = new Random(-seed);
    float[] weights = new float[length];
    for (int i = 0; i < length; i++) {
      weights[i] = seed % 3 == 2 && random.nextBoolean() ? 0f : 0.01f + random.nextFloat();
    }
    return weights;
  }

  private static List<ErrorWeights> all(float[] given) {
    return List.of(new Given(given), later(given), Own.SQUARES, Own.MAGNITUDES, Own.SPREAD);
  }

  /** The same weights, behind others. */
  private static Given later(float[] given) {
    float[] all = new float[given.length + LATER];
    Arrays.fill(all, 0, LATER, 1e3f);
    System.arraycopy(given, 0, all, LATER, given.length);
    return new Given(all, LATER);
  }

  @Test
  void affineSearches() {
    for (boolean absolute : new boolean[] {true, false}) {
      for (int levels : new int[] {3, 15, 31}) {
        agree(
            "affine",
            (kernels, x, count, size, weights) -> {
              List<float[]> results = new ArrayList<>();
              for (ErrorWeights each : all(weights)) {
                AffineScales found = new AffineScales(count);
                AffineFit fit = new AffineFit(size, levels, -0.9f, 0.05f, 36, absolute);
                kernels.fitAffine(x, 3, count, fit, each, found);
                results.addAll(List.of(found.scales, found.minima, found.inverses, found.lows));
              }
              return results.toArray(new float[0][]);
            });
      }
    }
  }

  @Test
  void symmetricSearches() {
    for (int levels : new int[] {4, 8, 32}) {
      agree(
          "symmetric",
          (kernels, x, count, size, weights) -> {
            List<float[]> results = new ArrayList<>();
            for (ErrorWeights each : all(weights)) {
              float[][] found = new float[2][count];
              kernels.fitSymmetric(x, 3, count, size, levels, each, found[0], found[1]);
              results.addAll(List.of(found));
            }
            return results.toArray(new float[0][]);
          });
    }
  }

  /** Scales are fitted too, and may be infinite. */
  @Test
  void symmetricSearchesOfInfinities() {
    agree(
        "symmetric with infinities",
        (kernels, x, count, size, weights) -> {
          float[] values = x.clone();
          for (int i = 3; i < values.length; i += 29)
            values[i] = i % 2 == 0 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
          float[][] found = new float[2][count];
          ErrorWeights given = new Given(weights);
          kernels.fitSymmetric(values, 3, count, size, 32, given, found[0], found[1]);
          return found;
        });
  }

  @Test
  void weightsThatStartLater() {
    for (KernelSupport kernels : List.of(KernelProvider.PLAIN, KernelProvider.best())) {
      float[] x = values(3 + 16 * 16, 16, 1);
      float[] weights = weights(16 * 16, 1);
      List<float[][]> results = new ArrayList<>();
      for (Given given : List.of(new Given(weights), later(weights))) {
        float[] scales = new float[16];
        float[] inverses = new float[16];
        kernels.fitSymmetric(x, 3, 16, 16, 32, given, scales, inverses);
        AffineScales affine = new AffineScales(16);
        kernels.fitAffine(x, 3, 16, new AffineFit(16, 15, -0.9f, 0.05f, 36, false), given, affine);
        float[] nonlinear = new float[16];
        kernels.fitNonlinear(x, 3, 16, 16, LEVELS[0], 7, given, nonlinear);
        results.add(new float[][] {scales, inverses, affine.scales, affine.minima, nonlinear});
      }
      assertThat(results.get(1)).isDeepEqualTo(results.get(0));
    }
  }

  @Test
  void positiveSearches() {
    for (int levels : new int[] {4, 15, 63}) {
      for (boolean mixed : new boolean[] {false, true}) {
        agree(
            "positive",
            (kernels, x, count, size, weights) -> {
              float[] values = x.clone();
              if (!mixed) for (int i = 0; i < values.length; i++) values[i] = Math.abs(values[i]);
              float[] scales = new float[count];
              byte[] codes = new byte[count * size];
              kernels.fitPositive(values, 3, count, size, levels, weights, scales, codes);
              return new Object[] {scales, codes};
            });
      }
    }
  }

  @Test
  void refinedSearches() {
    for (int levels : new int[] {4, 16}) {
      agree(
          "refined",
          (kernels, x, count, size, weights) -> {
            float[] scales = new float[count];
            kernels.fitRefined(x, 3, count, size, levels, scales);
            return scales;
          });
    }
  }

  @Test
  void nonlinearSearches() {
    for (RisingLevels levels : LEVELS) {
      agree(
          "nonlinear",
          (kernels, x, count, size, weights) -> {
            List<float[]> results = new ArrayList<>();
            for (ErrorWeights each : all(weights)) {
              float[] found = new float[count];
              kernels.fitNonlinear(x, 3, count, size, levels, 7, each, found);
              results.add(found);
            }
            return results.toArray(new float[0][]);
          });
    }
  }

  @Test
  void codes() {
    for (float scale : new float[] {1f, -0.37f, 1e-30f, Float.MIN_VALUE, Float.POSITIVE_INFINITY}) {
      agree(
          "codes",
          (kernels, x, count, size, weights) -> {
            byte[] codes = new byte[count * size + 1];
            float[] scales = inverses(count, scale);
            if (count > 2) scales[2] = 0;
            float[] minima = inverses(count, 0.5f);
            kernels.roundBlocks(x, 3, count, size, scales, minima, -4, 3, codes, 1);
            return codes;
          });
    }
  }

  @Test
  void codesOfLevels() {
    for (RisingLevels levels : LEVELS) {
      for (float inverse : new float[] {1f, -40f, 1e30f, Float.POSITIVE_INFINITY}) {
        agree(
            "codes of levels",
            (kernels, x, count, size, weights) -> {
              byte[] codes = new byte[count * size];
              float[] inverses = new float[count];
              for (int b = 0; b < count; b++) inverses[b] = b % 3 == 1 ? -inverse : inverse;
              kernels.nearestLevels(x, 3, count, size, inverses, levels, codes, 0);
              return codes;
            });
      }
    }
  }

  @Test
  void codesWithTiesAwayFromZero() {
    for (float inverse : new float[] {1f, -40f, 1e30f, Float.POSITIVE_INFINITY}) {
      agree(
          "away from zero",
          (kernels, x, count, size, weights) -> {
            for (int i = 0; i < 8 && 3 + i < x.length; i++) x[3 + i] = TIES[i];
            byte[] codes = new byte[count * (size + 2)];
            kernels.roundAway(x, 3, count, size, inverses(count, inverse), codes, 1, size + 1);
            return codes;
          });
    }
  }

  @Test
  void nibbles() {
    for (float inverse : new float[] {1f, -0.3f, 0f, 1e-30f, Float.POSITIVE_INFINITY}) {
      agree(
          "nibbles",
          (kernels, x, count, size, weights) -> {
            int whole = (x.length - 3) / 32;
            for (int i = 3; i < x.length; i++) x[i] = Math.clamp(x[i], -8f, 8f);
            byte[] codes = new byte[1 + whole * 18];
            kernels.truncateNibbles(x, 3, whole, inverses(whole, inverse), codes, 1, 18);
            return codes;
          });
    }
  }

  @Test
  void extremes() {
    agree(
        "extremes",
        (kernels, x, count, size, weights) -> {
          // Equal magnitudes, of which the first counts.
          for (int i = 3; i < x.length; i++) if (i % 5 == 0) x[i] = i % 2 == 0 ? 99f : -99f;
          float[] found = new float[count];
          kernels.extremes(x, 3, count, size, found);
          return found;
        });
  }

  private static float[] inverses(int count, float first) {
    float[] inverses = new float[count];
    for (int b = 0; b < count; b++) inverses[b] = b % 3 == 1 ? first / 2 : first;
    return inverses;
  }

  @Test
  void everyNearestLevelIsNearest() {
    for (RisingLevels levels : LEVELS) {
      Random random = new Random(1);
      for (int i = 0; i < 100_000; i++) {
        float value = i % 2 == 0 ? random.nextFloat() * 300 - 150 : random.nextInt(600) / 2f - 150;
        int code = levels.nearest(value);
        float distance = Math.abs(levels.level(code) - value);
        for (int c = 0; c < levels.count(); c++) {
          float other = Math.abs(levels.level(c) - value);
          // The upper one of equals.
          assertThat(c > code ? distance < other : distance <= other).as("%s", value).isTrue();
        }
      }
    }
  }

  @Test
  void findsTheGridThatValuesAreOn() {
    byte[] expected = {0, 15, 3, 7, 1, 9, 2, 4, 11, 0, 5, 6, 8, 10, 12, 14};
    float[] x = new float[16];
    float[] weights = new float[16];
    for (int i = 0; i < 16; i++) {
      x[i] = 0.5f * expected[i] - 2f;
      weights[i] = 1f;
    }
    AffineFit fit = new AffineFit(16, 15, -0.9f, 0.05f, 36, false);
    AffineScales found = new AffineScales(1);
    ScaleFits.affine(x, 0, 1, fit, new Given(weights), found);
    byte[] codes = new byte[16];
    ScaleFits.affineCodes(x, 0, fit, found, 0, codes, 0);
    assertThat(found.scales()[0]).isCloseTo(0.5f, within(1e-6f));
    assertThat(found.minima()[0]).isCloseTo(2f, within(1e-6f));
    assertThat(codes).isEqualTo(expected);
  }

  @Test
  void zerosHaveScaleZero() {
    float[] x = new float[16];
    float[] scales = {1f};
    float[] inverses = {1f};
    ScaleFits.symmetric(x, 0, 1, 16, 8, new Given(x), scales, inverses);
    assertThat(scales).containsExactly(0f);
    byte[] codes = new byte[16];
    ScaleFits.refined(x, 0, 1, 16, 8, scales);
    assertThat(scales).containsExactly(0f);
    ScaleFits.refinedCodes(x, 0, 16, 8, codes, 0);
    assertThat(codes).containsOnly(0);
    ScaleFits.positive(x, 0, 1, 16, 8, x, scales, codes);
    assertThat(scales).containsExactly(0f);
  }

  @Test
  void tooLittleRoomIsRefused() {
    float[] x = new float[32];
    assertThatThrownBy(() -> ScaleFits.symmetric(x, 1, 2, 16, 8, Own.SQUARES, x, x))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ScaleFits.symmetric(x, 0, 2, 16, 8, new Given(new float[31]), x, x))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ScaleFits.symmetric(x, 0, 2, 16, 8, Own.SQUARES, new float[1], x))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> ScaleFits.codes(x, 0, 1, 32, x, x, 0, 3, new byte[31], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new AffineFit(0, 3, 0, 0, 1, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RisingLevels(1, 1)).isInstanceOf(IllegalArgumentException.class);
  }
}
