package dev.halftone.kernels;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link PlainBlocks} with neighbours in the lanes. */
final class VectorBlocks {
  private static final VectorSpecies<Float> F = Lanes.F;
  static final int LANES = F.length();
  private static final int NIBBLES = ScaleFits.NIBBLES;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int MAGNITUDE = 0x7FFFFFFF;
  private static final int INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
  private static final float SHIFT = 8.5f;
  private static final float BELOW_HALF = Math.nextDown(0.5f);

  private VectorBlocks() {}

  /** Bits of NaN are above those of infinity, which are above those of all other magnitudes. */
  static boolean allFinite(float[] x, int from, int to) {
    IntVector greatest = IntVector.zero(I);
    for (int i = from; i < to; i += LANES) greatest = greatest.max(magnitudes(x, i));
    return greatest.reduceLanes(MAX) < INFINITY;
  }

  static void extremes(float[] x, int from, int count, int size, float[] out) {
    if (size % LANES != 0 || size > Long.SIZE) {
      PlainBlocks.extremes(x, from, count, size, out);
      return;
    }
    for (int b = 0; b < count; b++) out[b] = extreme(x, from + b * size, size);
  }

  /** Bits of magnitudes have the order of the magnitudes. */
  private static float extreme(float[] x, int from, int size) {
    IntVector greatest = magnitudes(x, from);
    for (int i = LANES; i < size; i += LANES) greatest = greatest.max(magnitudes(x, from + i));
    int absMax = greatest.reduceLanes(MAX);
    // A bit a value, and no branch: where the greatest is cannot be foretold.
    long found = 0;
    for (int i = size - LANES; i >= 0; i -= LANES)
      found = found << LANES | magnitudes(x, from + i).compare(EQ, absMax).toLong();
    return x[from + Long.numberOfTrailingZeros(found)] + 0f;
  }

  private static IntVector magnitudes(float[] x, int from) {
    return FloatVector.fromArray(F, x, from).reinterpretAsInts().and(MAGNITUDE);
  }

  static void roundAway(
      float[] x, int from, int count, int size, float[] inverses, byte[] out, int at, int stride) {
    int whole = size - size % LANES;
    for (int b = 0; b < count; b++) {
      int block = from + b * size;
      int to = at + b * stride;
      for (int i = 0; i < whole; i += LANES) {
        FloatVector value = FloatVector.fromArray(F, x, block + i).mul(inverses[b]);
        VectorCodes.store(away(value), out, to + i);
      }
      PlainBlocks.roundAway(x, block + whole, size - whole, inverses[b], out, to + whole);
    }
  }

  /**
   * Adds the greatest float below a half and drops the fraction: a tie's sum rounds up to the next
   * integer, any lesser fraction's does not reach it.
   */
  private static IntVector away(FloatVector product) {
    FloatVector value = product.blend(0f, product.abs().compare(LT, 0x1p22f).not());
    FloatVector half = FloatVector.broadcast(F, BELOW_HALF);
    FloatVector shifted = value.add(half.blend(-BELOW_HALF, value.compare(LT, 0f)));
    return (IntVector) shifted.convert(VectorOperators.F2I, 0);
  }

  static void truncateNibbles(
      float[] x, int from, int count, float[] inverses, byte[] out, int at, int stride) {
    if (NIBBLES / 2 % LANES != 0) {
      PlainBlocks.truncateNibbles(x, from, 0, count, inverses, out, at, stride);
      return;
    }
    for (int b = 0; b < count; b++) {
      // Products with an infinite inverse are no ints.
      if (Float.isInfinite(inverses[b])) {
        PlainBlocks.truncateNibbles(x, from, b, b + 1, inverses, out, at, stride);
        continue;
      }
      int block = from + b * NIBBLES;
      for (int i = 0; i < NIBBLES / 2; i += LANES) {
        IntVector low = truncated(x, block + i, inverses[b]);
        IntVector high = truncated(x, block + NIBBLES / 2 + i, inverses[b]);
        VectorCodes.store(low.or(high.lanewise(VectorOperators.LSHL, 4)), out, at + b * stride + i);
      }
    }
  }

  private static IntVector truncated(float[] x, int from, float inverse) {
    FloatVector shifted = FloatVector.fromArray(F, x, from).mul(inverse).add(SHIFT);
    return ((IntVector) shifted.convert(VectorOperators.F2I, 0)).min(15);
  }
}
