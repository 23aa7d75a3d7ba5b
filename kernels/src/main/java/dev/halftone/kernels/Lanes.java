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
