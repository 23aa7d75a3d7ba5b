package dev.halftone.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Blocks side by side, one a lane: value {@code i} of all lanes is two registers, since sums that
 * have to keep their order wait for themselves, and two of them not for each other.
 */
final class Lanes {
  static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

  /** Lanes of one register. */
  static final int HALF = F.length();

  static final int COUNT = 2 * HALF;

  private Lanes() {}

  /**
   * Values of the blocks from {@code block} on into {@code out[i * COUNT + lane]}. Where there are
   * fewer blocks than lanes, the last one fills the others.
   */
  static void transpose(float[] x, int from, int block, int count, int size, float[] out) {
    for (int lane = 0; lane < COUNT; lane++) {
      int first = from + Math.min(block + lane, count - 1) * size;
      for (int i = 0; i < size; i++) out[i * COUNT + lane] = x[first + i];
    }
  }

  /**
   * Weights of the blocks from {@code block} on, side by side as their values.
   *
   * @param xs the values of these blocks, transposed
   */
  static void weigh(ErrorWeights weights, float[] xs, int block, int count, float[] out) {
    int size = xs.length / COUNT;
    switch (weights) {
      case ErrorWeights.Given(float[] given) -> transpose(given, 0, block, count, size, out);
      case ErrorWeights.Own.SQUARES -> {
        for (int i = 0; i < xs.length; i++) out[i] = xs[i] * xs[i];
      }
      case ErrorWeights.Own.MAGNITUDES -> {
        for (int i = 0; i < xs.length; i++) out[i] = Math.abs(xs[i]);
      }
      case ErrorWeights.Own.SPREAD -> {
        for (int lane = 0; lane < COUNT; lane += HALF) spread(xs, lane, size, out);
      }
    }
  }

  private static void spread(float[] xs, int lane, int size, float[] out) {
    FloatVector sum = FloatVector.zero(F);
    for (int i = lane; i < xs.length; i += COUNT) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      sum = sum.add(x.mul(x));
    }
    FloatVector spread = sum.div(size).sqrt();
    for (int i = lane; i < xs.length; i += COUNT)
      spread.add(FloatVector.fromArray(F, xs, i).abs()).intoArray(out, i);
  }

  /**
   * {@link CConversions#nearest} of {@code value}, clamped, as floats. The magnitude of the value
   * is at most 2^22 - 1: its sum with the magic number is positive then, and the bits of positive
   * floats have the order of the floats.
   */
  static FloatVector nearest(FloatVector value, int low, int high) {
    int lowBits = Float.floatToRawIntBits(CConversions.MAGIC + low);
    int highBits = Float.floatToRawIntBits(CConversions.MAGIC + high);
    IntVector bits = value.add(CConversions.MAGIC).reinterpretAsInts().min(highBits).max(lowBits);
    return bits.reinterpretAsFloats().sub(CConversions.MAGIC);
  }

  /** {@link CConversions#nearest} of any values, clamped. */
  static IntVector integers(FloatVector value, int low, int high) {
    IntVector mantissa =
        value.add(CConversions.MAGIC).reinterpretAsInts().and(CConversions.MANTISSA);
    return mantissa.sub(CConversions.HALF_MANTISSA).min(high).max(low);
  }
}
