package dev.halftone.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link ScaleFits#symmetric} with a block in each lane. */
final class VectorSymmetricFit extends VectorLeastSquares {
  private static final VectorSpecies<Float> F = Lanes.F;
  private static final int HALF = Lanes.HALF;
  private static final int LANES = Lanes.COUNT;

  /** Registers of blocks in each step: while one waits for its sums, the others are at work. */
  private static final int TOGETHER = 2;

  private final float[] products;

  private VectorSymmetricFit(int size) {
    super(size);
    products = new float[size * LANES];
  }

  static void fit(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      ErrorWeights weights,
      float[] scales,
      float[] inverses) {
    VectorSymmetricFit[] searches =
        new VectorSymmetricFit[Math.clamp(Math.ceilDiv(count, LANES), 1, TOGETHER)];
    for (int i = 0; i < searches.length; i++) searches[i] = new VectorSymmetricFit(size);
    for (int block = 0; block < count; block += searches.length * LANES) {
      for (int i = 0; i < searches.length; i++) {
        // Beyond the end the last block is searched again.
        int first = Math.min(block + i * LANES, count - 1);
        searches[i].load(x, from, weights, first, count, size);
      }
      run(searches, levels);
      for (int i = 0; i < searches.length; i++)
        searches[i].store(scales, inverses, block + i * LANES, count);
    }
  }

  private void store(float[] scales, float[] inverses, int block, int count) {
    store(scales, block, count);
    int lanes = Math.min(LANES, count - block);
    for (int lane = 0; lane < lanes; lane++)
      inverses[block + lane] = isZero(lane) ? 0 : bestInverses[lane];
  }

  private static void run(VectorSymmetricFit[] searches, int levels) {
    for (VectorSymmetricFit search : searches) search.begin(levels);
    for (int number = -9; number <= 9; number++) {
      if (number == 0) continue;
      for (VectorSymmetricFit search : searches) search.divide(-(levels + 0.1f * number));
      for (VectorSymmetricFit search : searches) search.sumCodes(levels);
      for (VectorSymmetricFit search : searches) search.keepBetter();
    }
  }

  private void begin(int levels) {
    for (int i = 0; i < xs.length; i++) products[i] = ws[i] * xs[i];
    divide(-levels);
    sumCodes(levels);
    for (int lane = 0; lane < LANES; lane++) begin(lane, sumsL2[lane] != 0);
  }

  private void sumCodes(int levels) {
    FloatVector inverse = FloatVector.fromArray(F, inverses, 0);
    FloatVector otherInverse = FloatVector.fromArray(F, inverses, HALF);
    FloatVector sumLX = FloatVector.zero(F);
    FloatVector sumL2 = sumLX;
    FloatVector otherLX = sumLX;
    FloatVector otherL2 = sumLX;
    for (int i = 0; i < xs.length; i += LANES) {
      FloatVector scaled = inverse.mul(FloatVector.fromArray(F, xs, i));
      FloatVector code = Lanes.nearest(scaled, -levels, levels - 1);
      sumLX = sumLX.add(FloatVector.fromArray(F, products, i).mul(code));
      sumL2 = sumL2.add(FloatVector.fromArray(F, ws, i).mul(code).mul(code));
      FloatVector otherScaled = otherInverse.mul(FloatVector.fromArray(F, xs, i + HALF));
      FloatVector other = Lanes.nearest(otherScaled, -levels, levels - 1);
      otherLX = otherLX.add(FloatVector.fromArray(F, products, i + HALF).mul(other));
      otherL2 = otherL2.add(FloatVector.fromArray(F, ws, i + HALF).mul(other).mul(other));
    }
    sumLX.intoArray(sumsLX, 0);
    sumL2.intoArray(sumsL2, 0);
    otherLX.intoArray(sumsLX, HALF);
    otherL2.intoArray(sumsL2, HALF);
  }
}
