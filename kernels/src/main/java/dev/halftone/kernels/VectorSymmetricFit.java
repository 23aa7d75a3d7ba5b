package dev.halftone.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link ScaleFits#symmetric} with a block in each lane. */
final class VectorSymmetricFit extends VectorLeastSquares {
  private static final VectorSpecies<Float> F = Lanes.F;
  private static final int HALF = Lanes.HALF;
  private static final int LANES = Lanes.COUNT;

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
    VectorSymmetricFit search = new VectorSymmetricFit(size);
    for (int block = 0; block < count; block += LANES) {
      search.load(x, from, weights, block, count, size);
      search.fit(levels);
      search.store(scales, block, count);
      int lanes = Math.min(LANES, count - block);
      for (int lane = 0; lane < lanes; lane++) {
        inverses[block + lane] = search.isZero(lane) ? 0 : search.bestInverses[lane];
      }
    }
  }

  private void fit(int levels) {
    for (int i = 0; i < xs.length; i++) products[i] = ws[i] * xs[i];
    divide(-levels);
    sumCodes(levels);
    for (int lane = 0; lane < LANES; lane++) begin(lane, sumsL2[lane] != 0);
    for (int number = -9; number <= 9; number++) {
      if (number == 0) continue;
      divide(-(levels + 0.1f * number));
      sumCodes(levels);
      keepBetter();
    }
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
