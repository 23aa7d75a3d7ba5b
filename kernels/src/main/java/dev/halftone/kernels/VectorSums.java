package dev.halftone.kernels;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums in SIMD that add in the order of the reference: the 16 accumulators are cut into as many registers as they fill, and each
 * register goes over a block that stays in the nearest cache before the next one does.
 */
final class VectorSums {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));
  private static final int STRIDE = Kernels.ACCUMULATORS;
  private static final int BLOCK = 2048;

  private VectorSums() {}

  static double sumOfSquares(float[] x, int from, int to) {
    double[] sums = new double[STRIDE];
    int whole = (to - from) / STRIDE * STRIDE;
    for (int block = 0; block < whole; block += BLOCK) {
      int end = Math.min(block + BLOCK, whole);
      for (int lane = 0; lane < STRIDE; lane += D.length()) {
        DoubleVector sum = DoubleVector.fromArray(D, sums, lane);
        for (int i = block + lane; i < end; i += STRIDE) {
          DoubleVector v = widened(x, from + i);
          sum = sum.add(v.mul(v));
        }
        sum.intoArray(sums, lane);
      }
    }
    for (int i = whole; i < to - from; i++) sums[i - whole] += (double) x[from + i] * x[from + i];
    return ScalarKernels.merge(sums);
  }

  static double sumOfSquaredDifferences(float[] x, int from, float[] y, int at, int length) {
    double[] sums = new double[STRIDE];
    int whole = length / STRIDE * STRIDE;
    for (int block = 0; block < whole; block += BLOCK) {
      int end = Math.min(block + BLOCK, whole);
      for (int lane = 0; lane < STRIDE; lane += D.length()) {
        DoubleVector sum = DoubleVector.fromArray(D, sums, lane);
        for (int i = block + lane; i < end; i += STRIDE) {
          DoubleVector difference = widened(x, from + i).sub(widened(y, at + i));
          sum = sum.add(difference.mul(difference));
        }
        sum.intoArray(sums, lane);
      }
    }
    for (int i = whole; i < length; i++) {
      double difference = (double) x[from + i] - y[at + i];
      sums[i - whole] += difference * difference;
    }
    return ScalarKernels.merge(sums);
  }

  private static DoubleVector widened(float[] x, int i) {
    return (DoubleVector) FloatVector.fromArray(HALF, x, i).convertShape(VectorOperators.F2D, D, 0);
  }
}
