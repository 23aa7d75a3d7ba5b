package dev.halftone.kernels;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScaleFits#affine} with a block in each lane, operation by operation as {@link PlainFits}.
 * Between the loops all is kept in arrays: registers that live across them, or are handed to a
 * method, may end up as objects.
 */
final class VectorAffineFit {
  private static final VectorSpecies<Float> F = Lanes.F;
  private static final int LANES = Lanes.COUNT;

  private final AffineFit fit;
  private final int length;
  private final float[] xs;
  private final float[] ws;
  private final float[] codes;

  private final float[] start = new float[LANES];
  private final float[] max = new float[LANES];
  private final float[] sumW = new float[LANES];
  private final float[] sumX = new float[LANES];

  /** Of the try at hand. */
  private final float[] determinants = new float[LANES];

  private final float[] inverses = new float[LANES];
  private final float[] scales = new float[LANES];
  private final float[] minima = new float[LANES];
  private final float[] errors = new float[LANES];

  /** Of the best so far. */
  private final float[] leastErrors = new float[LANES];

  private final float[] bestScales = new float[LANES];
  private final float[] bestMinima = new float[LANES];
  private final float[] bestInverses = new float[LANES];
  private final float[] bestLows = new float[LANES];

  private VectorAffineFit(AffineFit fit) {
    this.fit = fit;
    length = fit.size() * LANES;
    xs = new float[length];
    ws = new float[length];
    codes = new float[length];
  }

  static void fit(
      float[] x, int from, int count, AffineFit fit, float[] weights, AffineScales found) {
    VectorAffineFit search = new VectorAffineFit(fit);
    for (int block = 0; block < count; block += LANES) {
      Lanes.transpose(x, from, block, count, fit.size(), search.xs);
      Lanes.transpose(weights, 0, block, count, fit.size(), search.ws);
      search.run();
      search.store(found, block, count);
    }
  }

  private void run() {
    total();
    first();
    measure();
    System.arraycopy(errors, 0, leastErrors, 0, LANES);
    for (int number = 0; number <= fit.tries(); number++) {
      solve(fit.steps(number));
      measure();
      keepBetter();
    }
  }

  private void total() {
    FloatVector least = FloatVector.fromArray(F, xs, 0);
    FloatVector greatest = least;
    FloatVector w = FloatVector.fromArray(F, ws, 0);
    FloatVector totalW = w;
    FloatVector totalX = w.mul(least);
    for (int i = LANES; i < length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      w = FloatVector.fromArray(F, ws, i);
      least = least.blend(x, x.compare(LT, least));
      greatest = greatest.blend(x, x.compare(GT, greatest));
      totalW = totalW.add(w);
      totalX = totalX.add(w.mul(x));
    }
    least.blend(0f, least.compare(GT, 0f)).intoArray(start, 0);
    greatest.intoArray(max, 0);
    totalW.intoArray(sumW, 0);
    totalX.intoArray(sumX, 0);
  }

  private void first() {
    FloatVector low = FloatVector.fromArray(F, start, 0);
    FloatVector range = FloatVector.fromArray(F, max, 0).sub(low);
    FloatVector inverse = FloatVector.broadcast(F, fit.levels()).div(range);
    for (int i = 0; i < length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      Lanes.nearest(inverse.mul(x.sub(low)), 0, fit.levels()).intoArray(codes, i);
    }
    FloatVector scale = FloatVector.broadcast(F, 1f).div(inverse);
    scale.intoArray(scales, 0);
    low.intoArray(minima, 0);
    scale.intoArray(bestScales, 0);
    low.intoArray(bestMinima, 0);
    low.intoArray(bestLows, 0);
    inverse.intoArray(bestInverses, 0);
  }

  private void solve(float steps) {
    int levels = fit.levels();
    FloatVector low = FloatVector.fromArray(F, bestMinima, 0);
    FloatVector range = FloatVector.fromArray(F, max, 0).sub(low);
    FloatVector inverse = FloatVector.broadcast(F, steps).div(range);
    FloatVector sumL = FloatVector.zero(F);
    FloatVector sumL2 = FloatVector.zero(F);
    FloatVector sumXL = FloatVector.zero(F);
    for (int i = 0; i < length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      FloatVector code = Lanes.nearest(inverse.mul(x.sub(low)), 0, levels);
      code.intoArray(codes, i);
      FloatVector weighted = FloatVector.fromArray(F, ws, i).mul(code);
      sumL = sumL.add(weighted);
      sumL2 = sumL2.add(weighted.mul(code));
      sumXL = sumXL.add(weighted.mul(x));
    }
    FloatVector totalW = FloatVector.fromArray(F, sumW, 0);
    FloatVector totalX = FloatVector.fromArray(F, sumX, 0);
    FloatVector determinant = totalW.mul(sumL2).sub(sumL.mul(sumL));
    FloatVector scale = totalW.mul(sumXL).sub(totalX.mul(sumL)).div(determinant);
    FloatVector min = sumL2.mul(totalX).sub(sumL.mul(sumXL)).div(determinant);
    VectorMask<Float> positive = min.compare(GT, 0f);
    determinant.intoArray(determinants, 0);
    inverse.intoArray(inverses, 0);
    scale.blend(sumXL.div(sumL2), positive).intoArray(scales, 0);
    min.blend(0f, positive).intoArray(minima, 0);
  }

  private void measure() {
    if (fit.absolute()) measureMagnitudes();
    else measureSquares();
  }

  private void measureSquares() {
    FloatVector scale = FloatVector.fromArray(F, scales, 0);
    FloatVector min = FloatVector.fromArray(F, minima, 0);
    FloatVector sum = FloatVector.zero(F);
    for (int i = 0; i < length; i += LANES) {
      FloatVector fitted = scale.mul(FloatVector.fromArray(F, codes, i)).add(min);
      FloatVector difference = fitted.sub(FloatVector.fromArray(F, xs, i));
      sum = sum.add(FloatVector.fromArray(F, ws, i).mul(difference.mul(difference)));
    }
    sum.intoArray(errors, 0);
  }

  private void measureMagnitudes() {
    FloatVector scale = FloatVector.fromArray(F, scales, 0);
    FloatVector min = FloatVector.fromArray(F, minima, 0);
    FloatVector sum = FloatVector.zero(F);
    for (int i = 0; i < length; i += LANES) {
      FloatVector fitted = scale.mul(FloatVector.fromArray(F, codes, i)).add(min);
      FloatVector difference = fitted.sub(FloatVector.fromArray(F, xs, i));
      sum = sum.add(FloatVector.fromArray(F, ws, i).mul(difference.abs()));
    }
    sum.intoArray(errors, 0);
  }

  private void keepBetter() {
    FloatVector error = FloatVector.fromArray(F, errors, 0);
    FloatVector least = FloatVector.fromArray(F, leastErrors, 0);
    VectorMask<Float> solved = FloatVector.fromArray(F, determinants, 0).compare(GT, 0f);
    VectorMask<Float> better = error.compare(LT, least).and(solved);
    if (!better.anyTrue()) return;
    least.blend(error, better).intoArray(leastErrors, 0);
    // Before the minima, which are the lows of this try, change.
    keep(bestLows, bestMinima, better);
    keep(bestMinima, minima, better);
    keep(bestScales, scales, better);
    keep(bestInverses, inverses, better);
  }

  private static void keep(float[] best, float[] found, VectorMask<Float> better) {
    FloatVector old = FloatVector.fromArray(F, best, 0);
    old.blend(FloatVector.fromArray(F, found, 0), better).intoArray(best, 0);
  }

  private void store(AffineScales found, int block, int count) {
    for (int lane = 0; lane < Math.min(LANES, count - block); lane++) {
      if (max[lane] <= start[lane]) {
        found.set(block + lane, 0, -start[lane], 0, start[lane]);
      } else {
        float scale = bestScales[lane];
        float minimum = -bestMinima[lane];
        found.set(block + lane, scale, minimum, bestInverses[lane], bestLows[lane]);
      }
    }
  }
}
