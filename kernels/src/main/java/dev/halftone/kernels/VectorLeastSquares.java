package dev.halftone.kernels;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * What {@link ScaleFits#symmetric} and {@link ScaleFits#nonlinear} have in common with a block in
 * each lane, operation by operation as {@link PlainFits}. Between the loops all is kept in arrays,
 * as in {@link VectorAffineFit}.
 */
abstract class VectorLeastSquares {
  private static final VectorSpecies<Float> F = Lanes.F;
  private static final int HALF = Lanes.HALF;
  private static final int LANES = Lanes.COUNT;

  final float[] xs;
  final float[] ws;
  final float[] max = new float[LANES];

  /** Of the try at hand. */
  final float[] inverses = new float[LANES];

  /** Of the best so far. */
  final float[] scales = new float[LANES];

  VectorLeastSquares(int size) {
    xs = new float[size * LANES];
    ws = new float[size * LANES];
  }

  final void load(float[] x, int from, ErrorWeights weights, int block, int count, int size) {
    Lanes.transpose(x, from, block, count, size, LANES, xs);
    Lanes.weigh(weights, xs, block, count, ws);
    for (int lane = 0; lane < LANES; lane += HALF) findFurthest(lane);
  }

  /** The value of greatest magnitude, the first of equals. */
  private void findFurthest(int lane) {
    FloatVector furthest = FloatVector.zero(F);
    FloatVector absMax = furthest;
    for (int i = lane; i < xs.length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      FloatVector magnitude = x.abs();
      VectorMask<Float> further = magnitude.compare(GT, absMax);
      absMax = absMax.blend(magnitude, further);
      furthest = furthest.blend(x, further);
    }
    furthest.intoArray(max, lane);
  }

  /** Hands on what was found for the lanes' blocks, 0 for blocks of zeros. */
  final void store(float[] found, float[] out, int block, int count) {
    for (int lane = 0; lane < LANES; lane += HALF) {
      FloatVector magnitude = FloatVector.fromArray(F, max, lane).abs();
      VectorMask<Float> zero = magnitude.compare(LT, ScaleFits.ZERO);
      FloatVector.fromArray(F, found, lane).blend(0f, zero).intoArray(found, lane);
    }
    System.arraycopy(found, 0, out, block, Math.min(LANES, count - block));
  }

  final void divide(float steps) {
    for (int lane = 0; lane < LANES; lane += HALF) {
      FloatVector furthest = FloatVector.fromArray(F, max, lane);
      FloatVector.broadcast(F, steps).div(furthest).intoArray(inverses, lane);
    }
  }
}
