package dev.halftone.kernels;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScaleFits#refined} with a block in each lane, operation by operation as {@link
 * RefinedFit}. Each value waits for the sums that the one before it left, so several registers of
 * blocks take turns; a block that has come to rest stays as it is in the rounds that others need.
 */
final class VectorRefinedFit {
  private static final VectorSpecies<Float> F = Lanes.F;
  private static final int HALF = Lanes.HALF;
  private static final int LANES = 4 * HALF;
  private static final int MAGIC_BITS = Lanes.shifted(0);

  private static final PerThread<Kind, VectorRefinedFit> SEARCHES =
      new PerThread<>(kind -> new VectorRefinedFit(kind.size, kind.levels));

  private final int levels;
  private final float[] xs;
  private final float[] codes;
  private final float[] max = new float[LANES];
  private final float[] sumsLX = new float[LANES];
  private final float[] sumsL2 = new float[LANES];

  private record Kind(int size, int levels) {}

  private VectorRefinedFit(int size, int levels) {
    this.levels = levels;
    xs = new float[size * LANES];
    codes = new float[size * LANES];
  }

  static void fit(float[] x, int from, int count, int size, int levels, float[] scales) {
    VectorRefinedFit search = SEARCHES.of(new Kind(size, levels));
    for (int block = 0; block < count; block += LANES) {
      int blocks = Math.min(LANES, count - block);
      search.load(x, from + block * size, blocks, size);
      search.round();
      for (int round = 0; round < RefinedFit.ROUNDS && search.improve(); round++) {}
      search.store(blocks, scales, block);
    }
  }

  /** Lanes beyond the last block have it once more. */
  private void load(float[] x, int from, int blocks, int size) {
    Lanes.transpose(x, from, 0, blocks, size, LANES, xs);
    VectorBlocks.extremes(x, from, blocks, size, max);
    for (int lane = blocks; lane < LANES; lane++) max[lane] = max[blocks - 1];
  }

  private void round() {
    for (int lane = 0; lane < LANES; lane += HALF) {
      FloatVector inverse =
          FloatVector.broadcast(F, -levels).div(FloatVector.fromArray(F, max, lane));
      FloatVector sumLX = FloatVector.zero(F);
      FloatVector sumL2 = sumLX;
      for (int i = lane; i < xs.length; i += LANES) {
        FloatVector x = FloatVector.fromArray(F, xs, i);
        FloatVector shifted = inverse.mul(x).add(CConversions.MAGIC);
        IntVector bits =
            shifted.reinterpretAsInts().min(Lanes.shifted(levels - 1)).max(Lanes.shifted(-levels));
        FloatVector code = bits.reinterpretAsFloats().sub(CConversions.MAGIC);
        code.intoArray(codes, i);
        FloatVector w = x.mul(x);
        sumLX = sumLX.add(w.mul(x).mul(code));
        sumL2 = sumL2.add(w.mul(code).mul(code));
      }
      sumLX.intoArray(sumsLX, lane);
      sumL2.intoArray(sumsL2, lane);
    }
  }

  /** Whether a code has moved. */
  private boolean improve() {
    boolean moved = false;
    for (int i = 0; i < xs.length; i += LANES) {
      for (int lane = 0; lane < LANES; lane += HALF) {
        FloatVector x = FloatVector.fromArray(F, xs, i + lane);
        FloatVector code = FloatVector.fromArray(F, codes, i + lane);
        FloatVector sumLX = FloatVector.fromArray(F, sumsLX, lane);
        FloatVector sumL2 = FloatVector.fromArray(F, sumsL2, lane);
        FloatVector w = x.mul(x);
        FloatVector wx = w.mul(x);
        FloatVector otherLX = sumLX.sub(wx.mul(code));
        FloatVector otherL2 = sumL2.sub(w.mul(code).mul(code));
        FloatVector value = x.mul(otherL2).div(otherLX);
        IntVector mantissa =
            value.add(CConversions.MAGIC).reinterpretAsInts().and(CConversions.MANTISSA);
        IntVector nearest = mantissa.sub(CConversions.HALF_MANTISSA).min(levels - 1).max(-levels);
        FloatVector newCode = nearest.add(MAGIC_BITS).reinterpretAsFloats().sub(CConversions.MAGIC);
        FloatVector newLX = otherLX.add(wx.mul(newCode));
        FloatVector newL2 = otherL2.add(w.mul(newCode).mul(newCode));
        VectorMask<Float> more =
            newLX.mul(newLX).mul(sumL2).compare(GT, sumLX.mul(sumLX).mul(newL2));
        VectorMask<Float> better =
            more.and(otherLX.compare(GT, 0f))
                .and(newL2.compare(GT, 0f))
                .and(newCode.compare(NE, code));
        code.blend(newCode, better).intoArray(codes, i + lane);
        sumLX.blend(newLX, better).intoArray(sumsLX, lane);
        sumL2.blend(newL2, better).intoArray(sumsL2, lane);
        moved |= better.anyTrue();
      }
    }
    return moved;
  }

  private void store(int blocks, float[] scales, int block) {
    for (int lane = 0; lane < blocks; lane++) {
      boolean zero = Math.abs(max[lane]) < ScaleFits.ZERO;
      scales[block + lane] = zero || !(sumsL2[lane] > 0) ? 0 : sumsLX[lane] / sumsL2[lane];
    }
  }
}
