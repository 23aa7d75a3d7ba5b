package dev.halftone.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Blocks side by side, one a lane: value {@code i} of all lanes is mostly two registers, since sums
 * that have to keep their order wait for themselves, and two of them not for each other.
 */
final class Lanes {
  static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

  /** Lanes of one register. */
  static final int HALF = F.length();

  static final int COUNT = 2 * HALF;

  /** Processors with registers of so many floats, AVX2 and up, gather them with an instruction. */
  private static final int GATHERED = 8;

  private Lanes() {}

  /**
   * Values of the blocks from {@code block} on into {@code out[i * lanes + lane]}. Where there are
   * fewer blocks than lanes, the last one fills the others.
   *
   * @param lanes a multiple of {@link #HALF}
   */
  static void transpose(
      float[] x, int from, int block, int count, int size, int lanes, float[] out) {
    int[] starts = new int[lanes];
    for (int lane = 0; lane < lanes; lane++)
      starts[lane] = (Math.min(block + lane, count - 1) - block) * size;
    int first = from + block * size;
    if (HALF < GATHERED) {
      for (int lane = 0; lane < lanes; lane++)
        for (int i = 0; i < size; i++) out[i * lanes + lane] = x[first + starts[lane] + i];
      return;
    }
    for (int lane = 0; lane < lanes; lane += HALF) {
      for (int i = 0; i < size; i++)
        FloatVector.fromArray(F, x, first + i, starts, lane).intoArray(out, i * lanes + lane);
    }
  }

  /**
   * Weights of the blocks from {@code block} on, side by side as their values.
   *
   * @param xs the values of these blocks, transposed
   */
  static void weigh(ErrorWeights weights, float[] xs, int block, int count, float[] out) {
    // No switch over both kinds: it looks its patterns up, which at one call a register is dear.
    if (weights instanceof ErrorWeights.Given(float[] given, int start))
      transpose(given, start, block, count, xs.length / COUNT, COUNT, out);
    else weigh((ErrorWeights.Own) weights, xs, out);
  }

  private static void weigh(ErrorWeights.Own weights, float[] xs, float[] out) {
    switch (weights) {
      case SQUARES -> {
        for (int i = 0; i < xs.length; i++) out[i] = xs[i] * xs[i];
      }
      case MAGNITUDES -> {
        for (int i = 0; i < xs.length; i++) out[i] = Math.abs(xs[i]);
      }
      case SPREAD -> {
        for (int lane = 0; lane < COUNT; lane += HALF) spread(xs, lane, out);
      }
    }
  }

  private static void spread(float[] xs, int lane, float[] out) {
    int size = xs.length / COUNT;
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
   * Bits of {@code code} plus the magic number, to clamp with: a value of magnitude 2^22 - 1 or
   * less has a positive sum with the magic number, whose last bits are {@link CConversions#nearest}
   * of it, and the bits of positive floats have the order of the floats. The searches write that
   * out, since a method that the JVM has compiled by itself may not be put in place any more, and
   * registers handed to it become objects.
   */
  static int shifted(int code) {
    return Float.floatToRawIntBits(CConversions.MAGIC + code);
  }

  /** {@link CConversions#nearest} of any values, clamped. */
  static IntVector integers(FloatVector value, int low, int high) {
    IntVector mantissa =
        value.add(CConversions.MAGIC).reinterpretAsInts().and(CConversions.MANTISSA);
    return mantissa.sub(CConversions.HALF_MANTISSA).min(high).max(low);
  }
}
