package dev.halftone.kernels;

import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Codes on grids and levels that are known, with a value in each lane. */
final class VectorBlockCodes {
  private static final VectorSpecies<Float> F = Lanes.F;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  private VectorBlockCodes() {}

  static void round(
      float[] x,
      int from,
      int count,
      int size,
      float[] scales,
      float[] minima,
      int low,
      int high,
      byte[] codes,
      int at) {
    if (size % LANES != 0) { // No type has such blocks.
      for (int b = 0; b < count; b++) {
        int i = b * size;
        if (scales[b] != 0)
          PlainFits.codes(x, from + i, size, scales[b], minima[b], low, high, codes, at + i);
      }
      return;
    }
    // One loop over all blocks: a loop over the one or two registers of each would take longer.
    int b = 0;
    int end = size;
    for (int i = 0; i < count * size; i += LANES) {
      if (i == end) {
        b++;
        end += size;
      }
      float scale = scales[b];
      if (scale == 0) continue;
      FloatVector value = FloatVector.fromArray(F, x, from + i).add(minima[b]).div(scale);
      VectorCodes.store(Lanes.integers(value, low, high).sub(low), codes, at + i);
    }
  }

  static void nearest(
      float[] x,
      int from,
      int count,
      int size,
      float[] inverses,
      RisingLevels levels,
      byte[] codes,
      int at) {
    int whole = size - size % LANES;
    for (int b = 0; b < count; b++) {
      int first = b * size;
      for (int i = first; i < first + whole; i += LANES) {
        FloatVector value = FloatVector.fromArray(F, x, from + i).mul(inverses[b]);
        VectorCodes.store(nearest(value, levels), codes, at + i);
      }
      if (whole < size) {
        int rest = first + whole;
        PlainFits.nearest(x, from + rest, size - whole, inverses[b], levels, codes, at + rest);
      }
    }
  }

  private static IntVector nearest(FloatVector value, RisingLevels levels) {
    // From the last down, since NaN goes there.
    IntVector code = IntVector.broadcast(I, levels.count() - 1);
    for (int lower = levels.count() - 2; lower >= 0; lower--) {
      VectorMask<Float> below = value.compare(LT, levels.threshold(lower));
      code = code.blend(lower, below.cast(I));
    }
    return code;
  }
}
