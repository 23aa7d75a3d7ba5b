package dev.halftone.kernels;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScaleFits#symmetric} and {@link ScaleFits#nonlinear} with a block in each lane, operation
 * by operation as {@link PlainFits}. Between the loops all is kept in arrays, as in {@link
 * VectorAffineFit}.
 */
final class VectorScaleFits {
  private static final VectorSpecies<Float> F = Lanes.F;
  private static final int LANES = Lanes.COUNT;

  private final float[] xs;
  private final float[] ws;
  private final float[] products;
  private final float[] max = new float[LANES];

  /** Of the try at hand. */
  private final float[] inverses = new float[LANES];

  private final float[] sumsLX = new float[LANES];
  private final float[] sumsL2 = new float[LANES];

  /** Of the best so far. */
  private final float[] scales = new float[LANES];

  private final float[] gains = new float[LANES];
  private final float[] bestInverses = new float[LANES];

  private VectorScaleFits(int size) {
    xs = new float[size * LANES];
    ws = new float[size * LANES];
    products = new float[size * LANES];
  }

  static void symmetric(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      float[] weights,
      float[] scales,
      float[] inverses) {
    VectorScaleFits search = new VectorScaleFits(size);
    for (int block = 0; block < count; block += LANES) {
      search.load(x, from, weights, block, count, size);
      search.symmetric(levels);
      search.store(scales, block, count);
      int lanes = Math.min(LANES, count - block);
      for (int lane = 0; lane < lanes; lane++) {
        inverses[block + lane] = search.isZero(lane) ? 0 : search.bestInverses[lane];
      }
    }
  }

  private void load(float[] x, int from, float[] weights, int block, int count, int size) {
    Lanes.transpose(x, from, block, count, size, xs);
    Lanes.transpose(weights, 0, block, count, size, ws);
    for (int lane = 0; lane < LANES; lane++) {
      int last = Math.min(block + lane, count - 1);
      max[lane] = PlainFits.furthest(x, from + last * size, size);
    }
  }

  private boolean isZero(int lane) {
    return Math.abs(max[lane]) < ScaleFits.ZERO;
  }

  private void store(float[] found, int block, int count) {
    int lanes = Math.min(LANES, count - block);
    for (int lane = 0; lane < lanes; lane++) found[block + lane] = isZero(lane) ? 0 : scales[lane];
  }

  private void symmetric(int levels) {
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

  private void divide(float steps) {
    FloatVector.broadcast(F, steps).div(FloatVector.fromArray(F, max, 0)).intoArray(inverses, 0);
  }

  private void sumCodes(int levels) {
    FloatVector inverse = FloatVector.fromArray(F, inverses, 0);
    FloatVector sumLX = FloatVector.zero(F);
    FloatVector sumL2 = FloatVector.zero(F);
    for (int i = 0; i < xs.length; i += LANES) {
      FloatVector scaled = inverse.mul(FloatVector.fromArray(F, xs, i));
      FloatVector code = Lanes.nearest(scaled, -levels, levels - 1);
      sumLX = sumLX.add(FloatVector.fromArray(F, products, i).mul(code));
      sumL2 = sumL2.add(FloatVector.fromArray(F, ws, i).mul(code).mul(code));
    }
    sumLX.intoArray(sumsLX, 0);
    sumL2.intoArray(sumsL2, 0);
  }

  private void begin(int lane, boolean explains) {
    scales[lane] = explains ? sumsLX[lane] / sumsL2[lane] : 0;
    gains[lane] = scales[lane] * sumsLX[lane];
    bestInverses[lane] = inverses[lane];
  }

  private void keepBetter() {
    FloatVector sumLX = FloatVector.fromArray(F, sumsLX, 0);
    FloatVector sumL2 = FloatVector.fromArray(F, sumsL2, 0);
    FloatVector gain = FloatVector.fromArray(F, gains, 0);
    VectorMask<Float> gains = sumLX.mul(sumLX).compare(GT, gain.mul(sumL2));
    VectorMask<Float> better = gains.and(sumL2.compare(GT, 0f));
    if (!better.anyTrue()) return;
    FloatVector scale = sumLX.div(sumL2);
    gain.blend(scale.mul(sumLX), better).intoArray(this.gains, 0);
    FloatVector.fromArray(F, scales, 0).blend(scale, better).intoArray(scales, 0);
    FloatVector inverse = FloatVector.fromArray(F, inverses, 0);
    FloatVector best = FloatVector.fromArray(F, bestInverses, 0);
    best.blend(inverse, better).intoArray(bestInverses, 0);
  }

  static void nonlinear(
      float[] x,
      int from,
      int count,
      int size,
      RisingLevels levels,
      int tries,
      float[] weights,
      float[] scales) {
    VectorScaleFits search = new VectorScaleFits(size);
    for (int block = 0; block < count; block += LANES) {
      search.load(x, from, weights, block, count, size);
      search.nonlinear(levels, tries);
      search.store(scales, block, count);
    }
  }

  private void nonlinear(RisingLevels levels, int tries) {
    for (int lane = 0; lane < LANES; lane++) inverses[lane] = 1 / (-max[lane] / levels.level(0));
    sumLevels(levels);
    for (int lane = 0; lane < LANES; lane++) begin(lane, sumsL2[lane] > 0);
    for (int number = -tries; number <= tries; number++) {
      divide(number + levels.level(0));
      sumLevels(levels);
      keepBetter();
    }
  }

  private void sumLevels(RisingLevels levels) {
    FloatVector inverse = FloatVector.fromArray(F, inverses, 0);
    FloatVector sumLX = FloatVector.zero(F);
    FloatVector sumL2 = FloatVector.zero(F);
    for (int i = 0; i < xs.length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      FloatVector value = inverse.mul(x);
      FloatVector level = FloatVector.broadcast(F, levels.level(0));
      // The last one whose threshold is not above the value.
      for (int code = 1; code < levels.count(); code++) {
        VectorMask<Float> reached = value.compare(GE, levels.threshold(code - 1));
        level = level.blend(levels.level(code), reached);
      }
      FloatVector weighted = FloatVector.fromArray(F, ws, i).mul(level);
      sumLX = sumLX.add(weighted.mul(x));
      sumL2 = sumL2.add(weighted.mul(level));
    }
    sumLX.intoArray(sumsLX, 0);
    sumL2.intoArray(sumsL2, 0);
  }

  static void codes(
      float[] x,
      int from,
      int size,
      float scale,
      float minimum,
      int low,
      int high,
      byte[] codes,
      int at) {
    int i = 0;
    for (; i <= size - LANES; i += LANES) {
      FloatVector value = FloatVector.fromArray(F, x, from + i).add(minimum).div(scale);
      VectorCodes.store(Lanes.integers(value, low, high).sub(low), codes, at + i);
    }
    PlainFits.codes(x, from + i, size - i, scale, minimum, low, high, codes, at + i);
  }
}
