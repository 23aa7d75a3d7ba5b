package dev.halftone.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Nearest levels in SIMD: where they are few, each number is compared with every threshold. */
final class VectorLevels {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

  /** Levels above which a table is faster than comparing with all. */
  private static final int FEW = 16;

  private VectorLevels() {}

  static void encode(float[] x, int from, int to, float scale, Levels levels, byte[] out, int at) {
    int i = from;
    if (levels.count() <= FEW) {
      float[] thresholds = levels.thresholds();
      for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
        FloatVector quotients = FloatVector.fromArray(F, x, i).div(scale);
        VectorCodes.store(ranks(quotients, thresholds), out, at + i - from);
      }
      for (int j = at; j < at + i - from; j++) out[j] = levels.code(out[j]);
    }
    KernelProvider.PLAIN.encode(x, i, to, scale, levels, out, at + i - from);
  }

  private static IntVector ranks(FloatVector x, float[] thresholds) {
    FloatVector numbers = x.blend(0f, x.compare(VectorOperators.NE, x));
    IntVector ranks = IntVector.zero(I);
    for (float threshold : thresholds) {
      VectorMask<Integer> isAbove = numbers.compare(VectorOperators.GT, threshold).cast(I);
      // A true lane is -1.
      ranks = ranks.sub((IntVector) isAbove.toVector());
    }
    return ranks;
  }
}
