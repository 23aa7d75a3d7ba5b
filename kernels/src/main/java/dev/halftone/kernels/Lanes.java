package dev.halftone.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Blocks side by side, one a lane: value {@code i} of all lanes is one register. */
final class Lanes {
  static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  static final int COUNT = F.length();

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

  /** As {@link CConversions#nearest}, clamped, as floats. */
  static FloatVector nearest(FloatVector value, int low, int high) {
    return (FloatVector) integers(value, low, high).convert(VectorOperators.I2F, 0);
  }

  /** As {@link CConversions#nearest}, clamped. */
  static IntVector integers(FloatVector value, int low, int high) {
    IntVector mantissa =
        value.add(CConversions.MAGIC).reinterpretAsInts().and(CConversions.MANTISSA);
    return mantissa.sub(CConversions.HALF_MANTISSA).min(high).max(low);
  }
}
