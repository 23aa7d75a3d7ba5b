package dev.halftone.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Slots in SIMD, counts one by one. */
final class VectorHistogram {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int BLOCK = FloatBlock.SIZE;

  private VectorHistogram() {}

  static void histogram(float[] x, int from, int to, int exponent, int[] counts) {
    float inverseWidth = ScalarKernels.inverseWidth(exponent);
    int limit = Float.floatToRawIntBits(Math.scalb(1f, exponent));
    int[] slots = new int[BLOCK];
    for (int block = from; block < to; block += BLOCK) {
      int end = Math.min(to - BLOCK, block) + BLOCK;
      slots(x, block, end, inverseWidth, limit, slots);
      ScalarKernels.count(slots, end - block, counts);
    }
  }

  private static void slots(
      float[] x, int from, int to, float inverseWidth, int limit, int[] slots) {
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      FloatVector v = FloatVector.fromArray(F, x, i);
      FloatVector position = v.abs().mul(inverseWidth);
      VectorMask<Integer> inside = position.lt(Kernels.BINS_PER_SIGN).cast(I);
      IntVector bin = (IntVector) position.convertShape(VectorOperators.F2I, I, 0);
      IntVector sign = v.reinterpretAsInts().lanewise(VectorOperators.ASHR, 31);
      // -1 - bin is the complement of bin.
      IntVector slot = bin.lanewise(VectorOperators.XOR, sign).add(Kernels.BINS_PER_SIGN);
      slot = slot.blend(Kernels.ZERO_SLOT, v.eq(0f).cast(I));
      slot.blend(Kernels.OUTSIDE_SLOT, inside.not()).intoArray(slots, i - from);
    }
    for (; i < to; i++)
      slots[i - from] =
          ScalarKernels.slot(
              Float.floatToRawIntBits(x[i]), (int) (Math.abs(x[i]) * inverseWidth), limit);
  }
}
