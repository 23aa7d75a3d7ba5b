package dev.halftone.kernels;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScaleFits#affine} with a block in each lane, operation by operation as {@link PlainFits}.
 * Between the loops all is kept in arrays: registers that live across them, or are handed to a
 * method, may end up as objects.
 */
final class VectorAffineFit {
  private static final VectorSpecies<Float> F = Lanes.F;
  private static final int HALF = Lanes.HALF;
  private static final int LANES = Lanes.COUNT;

  /** Well within what the magic number rounds. */
  private static final float ROUNDABLE = 0x1p20f;

  private static final PerThread<Kind, VectorAffineFit[]> SEARCHES =
      new PerThread<>(Kind::searches);

  private final AffineFit fit;
  private final int length;
  private final float[] xs;
  private final float[] ws;
  private final float[] codes;

  private final float[] min = new float[LANES];
  private final float[] max = new float[LANES];

  /** The least value or 0. */
  private final float[] start = new float[LANES];

  /** 1 where all values are the same, so that there is nothing to find. */
  private final float[] flats = new float[LANES];

  private final float[] sumsW = new float[LANES];
  private final float[] sumsX = new float[LANES];

  /** Of the try at hand. */
  private final float[] inverses = new float[LANES];

  private final float[] sumsL = new float[LANES];
  private final float[] sumsL2 = new float[LANES];
  private final float[] sumsXL = new float[LANES];
  private final float[] determinants = new float[LANES];
  private final float[] scales = new float[LANES];
  private final float[] minima = new float[LANES];
  private final float[] errors = new float[LANES];

  /** Of the best so far. */
  private final float[] leastErrors = new float[LANES];

  private final float[] bestScales = new float[LANES];
  private final float[] bestMinima = new float[LANES];
  private final float[] bestInverses = new float[LANES];
  private final float[] bestLows = new float[LANES];

  /** Whether all values that had to be rounded were near enough to be. */
  private boolean roundable;

  private record Kind(AffineFit fit, int together) {
    VectorAffineFit[] searches() {
      VectorAffineFit[] searches = new VectorAffineFit[together];
      for (int i = 0; i < together; i++) searches[i] = new VectorAffineFit(fit);
      return searches;
    }
  }

  private VectorAffineFit(AffineFit fit) {
    this.fit = fit;
    length = fit.size() * LANES;
    xs = new float[length];
    ws = new float[length];
    codes = new float[length];
  }

  /**
   * Two registers of blocks after two others in each step: while one waits for its sums, the other
   * is at work.
   */
  static void fit(
      float[] x, int from, int count, AffineFit fit, ErrorWeights weights, AffineScales found) {
    VectorAffineFit[] searches =
        SEARCHES.of(new Kind(fit, Math.clamp(Math.ceilDiv(count, LANES), 1, 2)));
    for (int block = 0; block < count; block += searches.length * LANES) {
      for (int i = 0; i < searches.length; i++) {
        // Beyond the end the last block is searched again.
        int first = Math.min(block + i * LANES, count - 1);
        Lanes.transpose(x, from, first, count, fit.size(), LANES, searches[i].xs);
        Lanes.weigh(weights, searches[i].xs, first, count, searches[i].ws);
      }
      run(searches, fit);
      for (int i = 0; i < searches.length; i++) {
        int first = block + i * LANES;
        int end = Math.min(count, first + LANES);
        if (searches[i].roundable) searches[i].store(found, first, count);
        else
          PlainFits.affine(x, from, first, end, fit, weights.of(x, from, count, fit.size()), found);
      }
    }
  }

  private static void run(VectorAffineFit[] searches, AffineFit fit) {
    for (VectorAffineFit search : searches) search.begin();
    for (int number = 0; number <= fit.tries(); number++) {
      float steps = fit.steps(number);
      for (VectorAffineFit search : searches) search.round(steps);
      for (VectorAffineFit search : searches) search.solve();
      for (VectorAffineFit search : searches) search.measure();
      for (VectorAffineFit search : searches) search.keepBetter();
    }
  }

  private void total(int lane) {
    FloatVector least = FloatVector.fromArray(F, xs, lane);
    FloatVector greatest = least;
    FloatVector w = FloatVector.fromArray(F, ws, lane);
    FloatVector sumW = w;
    FloatVector sumX = w.mul(least);
    for (int i = lane + LANES; i < length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      w = FloatVector.fromArray(F, ws, i);
      least = least.blend(x, x.compare(LT, least));
      greatest = greatest.blend(x, x.compare(GT, greatest));
      sumW = sumW.add(w);
      sumX = sumX.add(w.mul(x));
    }
    FloatVector low = least.blend(0f, least.compare(GT, 0f));
    FloatVector.zero(F).blend(1f, greatest.compare(LE, low)).intoArray(flats, lane);
    least.intoArray(min, lane);
    greatest.intoArray(max, lane);
    low.intoArray(start, lane);
    low.intoArray(bestMinima, lane);
    sumW.intoArray(sumsW, lane);
    sumX.intoArray(sumsX, lane);
  }

  /**
   * Finds the inverses, and whether the magic number may round {@code inverse * (x - low)} for
   * every x between the least and the greatest value: both operations are monotone in x. Blocks of
   * equal values do not count.
   */
  private void divide(float steps) {
    boolean all = true;
    for (int lane = 0; lane < LANES; lane += HALF) {
      FloatVector low = FloatVector.fromArray(F, bestMinima, lane);
      FloatVector range = FloatVector.fromArray(F, max, lane).sub(low);
      FloatVector inverse = FloatVector.broadcast(F, steps).div(range);
      inverse.intoArray(inverses, lane);
      FloatVector least = FloatVector.fromArray(F, min, lane).sub(low).mul(inverse);
      VectorMask<Float> inRange = range.mul(inverse).abs().compare(LT, ROUNDABLE);
      VectorMask<Float> leastInRange = least.abs().compare(LT, ROUNDABLE);
      VectorMask<Float> flat = FloatVector.fromArray(F, flats, lane).compare(NE, 0f);
      all &= inRange.and(leastInRange).or(flat).allTrue();
    }
    roundable &= all;
  }

  /** The first rounding has its minimum and scale from the range. */
  private void begin() {
    roundable = true;
    for (int lane = 0; lane < LANES; lane += HALF) total(lane);
    round(fit.levels());
    invert();
    System.arraycopy(start, 0, minima, 0, LANES);
    measure();
    System.arraycopy(errors, 0, leastErrors, 0, LANES);
    System.arraycopy(scales, 0, bestScales, 0, LANES);
    System.arraycopy(inverses, 0, bestInverses, 0, LANES);
    System.arraycopy(start, 0, bestLows, 0, LANES);
  }

  private void invert() {
    for (int lane = 0; lane < LANES; lane += HALF) {
      FloatVector inverse = FloatVector.fromArray(F, inverses, lane);
      FloatVector.broadcast(F, 1f).div(inverse).intoArray(scales, lane);
    }
  }

  /** Rounds the range to so many steps ({@link Lanes#shifted}) and sums the codes. */
  private void round(float steps) {
    divide(steps);
    int lowest = Lanes.shifted(0);
    int highest = Lanes.shifted(fit.levels());
    FloatVector low = FloatVector.fromArray(F, bestMinima, 0);
    FloatVector otherLow = FloatVector.fromArray(F, bestMinima, HALF);
    FloatVector inverse = FloatVector.fromArray(F, inverses, 0);
    FloatVector otherInverse = FloatVector.fromArray(F, inverses, HALF);
    FloatVector sumL = FloatVector.zero(F);
    FloatVector sumL2 = sumL;
    FloatVector sumXL = sumL;
    FloatVector otherL = sumL;
    FloatVector otherL2 = sumL;
    FloatVector otherXL = sumL;
    for (int i = 0; i < length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      FloatVector shifted = inverse.mul(x.sub(low)).add(CConversions.MAGIC);
      IntVector bits = shifted.reinterpretAsInts().min(highest).max(lowest);
      FloatVector code = bits.reinterpretAsFloats().sub(CConversions.MAGIC);
      code.intoArray(codes, i);
      FloatVector weighted = FloatVector.fromArray(F, ws, i).mul(code);
      sumL = sumL.add(weighted);
      sumL2 = sumL2.add(weighted.mul(code));
      sumXL = sumXL.add(weighted.mul(x));
      FloatVector y = FloatVector.fromArray(F, xs, i + HALF);
      FloatVector otherShifted = otherInverse.mul(y.sub(otherLow)).add(CConversions.MAGIC);
      IntVector otherBits = otherShifted.reinterpretAsInts().min(highest).max(lowest);
      FloatVector other = otherBits.reinterpretAsFloats().sub(CConversions.MAGIC);
      other.intoArray(codes, i + HALF);
      FloatVector otherWeighted = FloatVector.fromArray(F, ws, i + HALF).mul(other);
      otherL = otherL.add(otherWeighted);
      otherL2 = otherL2.add(otherWeighted.mul(other));
      otherXL = otherXL.add(otherWeighted.mul(y));
    }
    sumL.intoArray(sumsL, 0);
    sumL2.intoArray(sumsL2, 0);
    sumXL.intoArray(sumsXL, 0);
    otherL.intoArray(sumsL, HALF);
    otherL2.intoArray(sumsL2, HALF);
    otherXL.intoArray(sumsXL, HALF);
  }

  private void solve() {
    for (int lane = 0; lane < LANES; lane += HALF) {
      FloatVector sumW = FloatVector.fromArray(F, sumsW, lane);
      FloatVector sumX = FloatVector.fromArray(F, sumsX, lane);
      FloatVector sumL = FloatVector.fromArray(F, sumsL, lane);
      FloatVector sumL2 = FloatVector.fromArray(F, sumsL2, lane);
      FloatVector sumXL = FloatVector.fromArray(F, sumsXL, lane);
      FloatVector determinant = sumW.mul(sumL2).sub(sumL.mul(sumL));
      FloatVector scale = sumW.mul(sumXL).sub(sumX.mul(sumL)).div(determinant);
      FloatVector minimum = sumL2.mul(sumX).sub(sumL.mul(sumXL)).div(determinant);
      VectorMask<Float> positive = minimum.compare(GT, 0f);
      determinant.intoArray(determinants, lane);
      scale.blend(sumXL.div(sumL2), positive).intoArray(scales, lane);
      minimum.blend(0f, positive).intoArray(minima, lane);
    }
  }

  private void measure() {
    if (fit.absolute()) measureMagnitudes();
    else measureSquares();
  }

  private void measureSquares() {
    FloatVector scale = FloatVector.fromArray(F, scales, 0);
    FloatVector otherScale = FloatVector.fromArray(F, scales, HALF);
    FloatVector minimum = FloatVector.fromArray(F, minima, 0);
    FloatVector otherMinimum = FloatVector.fromArray(F, minima, HALF);
    FloatVector sum = FloatVector.zero(F);
    FloatVector otherSum = sum;
    for (int i = 0; i < length; i += LANES) {
      FloatVector fitted = scale.mul(FloatVector.fromArray(F, codes, i)).add(minimum);
      FloatVector difference = fitted.sub(FloatVector.fromArray(F, xs, i));
      sum = sum.add(FloatVector.fromArray(F, ws, i).mul(difference.mul(difference)));
      FloatVector other = FloatVector.fromArray(F, codes, i + HALF);
      FloatVector otherFitted = otherScale.mul(other).add(otherMinimum);
      FloatVector rest = otherFitted.sub(FloatVector.fromArray(F, xs, i + HALF));
      otherSum = otherSum.add(FloatVector.fromArray(F, ws, i + HALF).mul(rest.mul(rest)));
    }
    sum.intoArray(errors, 0);
    otherSum.intoArray(errors, HALF);
  }

  private void measureMagnitudes() {
    FloatVector scale = FloatVector.fromArray(F, scales, 0);
    FloatVector otherScale = FloatVector.fromArray(F, scales, HALF);
    FloatVector minimum = FloatVector.fromArray(F, minima, 0);
    FloatVector otherMinimum = FloatVector.fromArray(F, minima, HALF);
    FloatVector sum = FloatVector.zero(F);
    FloatVector otherSum = sum;
    for (int i = 0; i < length; i += LANES) {
      FloatVector fitted = scale.mul(FloatVector.fromArray(F, codes, i)).add(minimum);
      FloatVector difference = fitted.sub(FloatVector.fromArray(F, xs, i));
      sum = sum.add(FloatVector.fromArray(F, ws, i).mul(difference.abs()));
      FloatVector other = FloatVector.fromArray(F, codes, i + HALF);
      FloatVector otherFitted = otherScale.mul(other).add(otherMinimum);
      FloatVector rest = otherFitted.sub(FloatVector.fromArray(F, xs, i + HALF));
      otherSum = otherSum.add(FloatVector.fromArray(F, ws, i + HALF).mul(rest.abs()));
    }
    sum.intoArray(errors, 0);
    otherSum.intoArray(errors, HALF);
  }

  /** No branch: whether one of the lanes is better cannot be foretold. */
  private void keepBetter() {
    for (int lane = 0; lane < LANES; lane += HALF) {
      FloatVector error = FloatVector.fromArray(F, errors, lane);
      FloatVector least = FloatVector.fromArray(F, leastErrors, lane);
      VectorMask<Float> solved = FloatVector.fromArray(F, determinants, lane).compare(GT, 0f);
      VectorMask<Float> better = error.compare(LT, least).and(solved);
      least.blend(error, better).intoArray(leastErrors, lane);
      // Before the minima, which are the lows of this try, change.
      keep(bestLows, bestMinima, lane, better);
      keep(bestMinima, minima, lane, better);
      keep(bestScales, scales, lane, better);
      keep(bestInverses, inverses, lane, better);
    }
  }

  private static void keep(float[] best, float[] found, int lane, VectorMask<Float> better) {
    FloatVector old = FloatVector.fromArray(F, best, lane);
    old.blend(FloatVector.fromArray(F, found, lane), better).intoArray(best, lane);
  }

  private void store(AffineScales found, int block, int count) {
    for (int lane = 0; lane < Math.min(LANES, count - block); lane++) {
      if (flats[lane] != 0) {
        found.set(block + lane, 0, -start[lane], 0, start[lane]);
      } else {
        float scale = bestScales[lane];
        float minimum = -bestMinima[lane];
        found.set(block + lane, scale, minimum, bestInverses[lane], bestLows[lane]);
      }
    }
  }
}
