package dev.halftone.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Extremes and counts in SIMD. None of them rounds, so the order of lanes does not show. */
final class VectorRanges {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  private VectorRanges() {}

  static FiniteRange finiteRange(float[] x, int from, int to) {
    FloatVector min = FloatVector.broadcast(F, INFINITY);
    FloatVector max = FloatVector.broadcast(F, -INFINITY);
    long nan = 0;
    long finite = 0;
    long zeros = 0;
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      FloatVector v = FloatVector.fromArray(F, x, i);
      VectorMask<Float> isFinite = v.abs().lt(INFINITY);
      // Comparing and blending takes half the instructions of MIN and MAX, which order -0 before +0.
      min = min.blend(v, v.compare(VectorOperators.LT, min, isFinite));
      max = max.blend(v, v.compare(VectorOperators.GT, max, isFinite));
      finite += isFinite.trueCount();
      zeros += v.eq(0f).trueCount();
      nan += v.compare(VectorOperators.NE, v).trueCount();
    }
    float least = min.reduceLanes(VectorOperators.MIN) + 0f;
    float greatest = max.reduceLanes(VectorOperators.MAX) + 0f;
    return new FiniteRange(least, greatest, finite, nan, i - from - finite - nan, zeros)
        .merge(REFERENCE.finiteRange(x, i, to));
  }

  private static final ScalarKernels REFERENCE = new ScalarKernels();

  static long countNonFinite(float[] x, int from, int to) {
    long finite = 0;
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      finite += FloatVector.fromArray(F, x, i).abs().lt(INFINITY).trueCount();
    }
    return i - from - finite + REFERENCE.countNonFinite(x, i, to);
  }

  /** Elements whose magnitude is at least {@code limit} and finite. */
  static long countFiniteFrom(float[] x, int from, int to, float limit) {
    long count = 0;
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      FloatVector magnitude = FloatVector.fromArray(F, x, i).abs();
      count += magnitude.compare(VectorOperators.GE, limit).and(magnitude.lt(INFINITY)).trueCount();
    }
    for (; i < to; i++) if (Math.abs(x[i]) >= limit && Math.abs(x[i]) < INFINITY) count++;
    return count;
  }

  static float absMax(float[] x, int from, int to) {
    FloatVector max = FloatVector.zero(F);
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      max = max.max(FloatVector.fromArray(F, x, i).abs());
    }
    return Math.max(max.reduceLanes(VectorOperators.MAX), REFERENCE.absMax(x, i, to));
  }

  static void channelRanges(float[] x, int from, int outer, int channels, int inner, float[] min, float[] max) {
    int i = from;
    for (int o = 0; o < outer; o++) {
      for (int c = 0; c < channels; c++, i += inner) {
        FiniteRange range = finiteRange(x, i, i + inner);
        min[c] = Math.min(min[c], range.min());
        max[c] = Math.max(max[c], range.max());
      }
    }
  }

  /** Widens the range of each of {@code channels} neighbours by one element. */
  static void widen(float[] x, int from, int channels, float[] min, float[] max) {
    int c = 0;
    for (int bound = F.loopBound(channels); c < bound; c += F.length()) {
      FloatVector v = FloatVector.fromArray(F, x, from + c).add(0f);
      VectorMask<Float> isFinite = v.abs().lt(INFINITY);
      FloatVector least = FloatVector.fromArray(F, min, c);
      FloatVector greatest = FloatVector.fromArray(F, max, c);
      least.lanewise(VectorOperators.MIN, v, isFinite).intoArray(min, c);
      greatest.lanewise(VectorOperators.MAX, v, isFinite).intoArray(max, c);
    }
    for (; c < channels; c++) {
      if (!Float.isFinite(x[from + c])) continue;
      min[c] = Math.min(min[c], x[from + c] + 0f);
      max[c] = Math.max(max[c], x[from + c] + 0f);
    }
  }
}
