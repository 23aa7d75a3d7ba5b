package dev.halftone.kernels;

import dev.halftone.kernels.KernelSupport.Grid;
import java.util.Arrays;
import java.util.Random;

/** Seeded arrays around the lane counts, with the values that break loops planted in them. */
final class Floats {
  static final int[] LENGTHS = {
    0, 1, 2, 7, 8, 15, 16, 17, 31, 33, 64, 127, 129, 255, 1023, 1025, 2049, 4096, 5000
  };
  static final int SEEDS = 4;

  /** Elements before and after a run that no loop may read or write. */
  static final int MARGIN = 3;

  static final Grid[] GRIDS = {
    new Grid(1f, 0, -128, 127),
    new Grid(0.3f, 7, -128, 127),
    new Grid(0.0371f, 128, 0, 255),
    new Grid(Float.MIN_VALUE, 0, 0, 255),
    new Grid(1e30f, 255, 0, 255),
    new Grid(0.7f, -8, -8, 7),
    new Grid(0.01f, 0, -32768, 32767),
    new Grid(0.003f, 31000, 0, 65535)
  };

  private static final float[] SPECIALS = {
    Float.NaN,
    Float.intBitsToFloat(0xFFC00001),
    Float.intBitsToFloat(0x7F800001),
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    0f,
    -0f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    0.5f,
    1.5f,
    2.5f,
    -0.5f,
    65519.996f,
    65520f,
    3.3961776e38f
  };

  private Floats() {}

  /**
   * Normally distributed numbers of mixed magnitude; about one in eight is special, or none when
   * {@code specials} is false.
   */
  static float[] random(int length, long seed, boolean specials) {
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) Math.scalb(random.nextGaussian(), random.nextInt(12) - 4);
      if (specials && random.nextInt(8) == 0) x[i] = SPECIALS[random.nextInt(SPECIALS.length)];
    }
    return x;
  }

  /** Of either sign, neighbours different. */
  static float[] scales(int length) {
    float[] scales = new float[length];
    for (int i = 0; i < length; i++) scales[i] = (i % 3 - 1.5f) * (1 + i % 7) / 50;
    return scales;
  }

  /** From -8 to 7. */
  static float[] zeroPoints(int length) {
    float[] zeroPoints = new float[length];
    for (int i = 0; i < length; i++) zeroPoints[i] = i % 16 - 8;
    return zeroPoints;
  }

  static float[] filled(int length, float value) {
    float[] x = new float[length];
    Arrays.fill(x, value);
    return x;
  }

  /** Multiples of a half: every other one lies in the middle of two codes of scale 1. */
  static float[] ties(int length, long seed) {
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) x[i] = (random.nextInt(1200) - 600) / 2f;
    return x;
  }
}
