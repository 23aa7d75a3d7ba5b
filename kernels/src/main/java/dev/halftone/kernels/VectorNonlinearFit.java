package dev.halftone.kernels;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScaleFits#nonlinear} with a block in each lane.
 *
 * <p>All tries but the first bring the furthest value to within {@code tries} of the first level.
 * So a value's products lie within twice that of each other, between which there are at most two
 * thresholds ({@link #isMeantFor}). These, and the three levels around them, are looked up once.
 */
final class VectorNonlinearFit extends VectorLeastSquares {
  private static final VectorSpecies<Float> F = Lanes.F;
  private static final int HALF = Lanes.HALF;
  private static final int LANES = Lanes.COUNT;

  private static final PerThread<Kind, VectorNonlinearFit[]> SEARCHES =
      new PerThread<>(Kind::searches);

  /** Numbers in {@link #around} for a code. */
  private static final int ENTRY = 5;

  private final RisingLevels levels;
  private final int tries;

  /** Registers full of each threshold, of the level above it and of where that is around. */
  private final float[] thresholds;

  private final float[] levelsAbove;

  private final float[] entries;

  /** Of each code its level and the next two, the next threshold and the one after that. */
  private final float[] around;

  /** Where in {@link #around} each value's least product is. */
  private final float[] found;

  private final float[] lowest;
  private final float[] middle;
  private final float[] highest;
  private final float[] toMiddle;
  private final float[] toHighest;
  private final float[] lastInverses = new float[LANES];
  private final float[] sumsLX = new float[LANES];
  private final float[] sumsL2 = new float[LANES];

  /** Of the best so far. */
  private final float[] gains = new float[LANES];

  private record Kind(int size, RisingLevels levels, int tries, int together) {
    VectorNonlinearFit[] searches() {
      VectorNonlinearFit[] searches = new VectorNonlinearFit[together];
      for (int i = 0; i < together; i++) searches[i] = new VectorNonlinearFit(size, levels, tries);
      return searches;
    }
  }

  private VectorNonlinearFit(int size, RisingLevels levels, int tries) {
    super(size);
    this.levels = levels;
    this.tries = tries;
    thresholds = new float[(levels.count() - 1) * HALF];
    levelsAbove = new float[thresholds.length];
    entries = new float[thresholds.length];
    for (int i = 0; i < thresholds.length; i++) {
      thresholds[i] = levels.threshold(i / HALF);
      levelsAbove[i] = levels.level(i / HALF + 1);
      entries[i] = (i / HALF + 1) * ENTRY;
    }
    around = around(levels);
    found = new float[size * LANES];
    lowest = new float[size * LANES];
    middle = new float[size * LANES];
    highest = new float[size * LANES];
    toMiddle = new float[size * LANES];
    toHighest = new float[size * LANES];
  }

  private static float[] around(RisingLevels levels) {
    float[] around = new float[levels.count() * ENTRY];
    for (int code = 0; code < levels.count(); code++) {
      int at = code * ENTRY;
      for (int i = 0; i < 3; i++) {
        around[at + i] = levels.level(Math.min(code + i, levels.count() - 1));
      }
      for (int i = 0; i < 2; i++) {
        // Nothing but infinity reaches what is beyond the last threshold.
        boolean exists = code + i < levels.count() - 1;
        around[at + 3 + i] = exists ? levels.threshold(code + i) : Float.POSITIVE_INFINITY;
      }
    }
    return around;
  }

  /** Whether no more than two thresholds lie as near to each other as the products of a value. */
  static boolean isMeantFor(RisingLevels levels, int tries) {
    for (int code = 3; code < levels.count(); code++) {
      // One more than twice the tries makes up for roundings.
      if (levels.threshold(code - 1) - levels.threshold(code - 3) < 2 * tries + 1) return false;
    }
    return true;
  }

  static void fit(
      float[] x,
      int from,
      int count,
      int size,
      RisingLevels levels,
      int tries,
      ErrorWeights weights,
      float[] scales) {
    int together = Math.clamp(Math.ceilDiv(count, LANES), 1, 2);
    VectorNonlinearFit[] searches = SEARCHES.of(new Kind(size, levels, tries, together));
    for (int block = 0; block < count; block += searches.length * LANES) {
      for (int i = 0; i < searches.length; i++) {
        // Beyond the end the last block is searched again.
        int first = Math.min(block + i * LANES, count - 1);
        searches[i].load(x, from, weights, first, count, size);
      }
      run(searches);
      for (int i = 0; i < searches.length; i++) {
        int first = block + i * LANES;
        if (first < count) searches[i].store(searches[i].scales, scales, first, count);
      }
    }
  }

  /** While one waits for its sums, the other is at work. */
  private static void run(VectorNonlinearFit[] searches) {
    for (VectorNonlinearFit search : searches) search.begin();
    int tries = searches[0].tries;
    for (int number = -tries; number <= tries; number++) {
      for (VectorNonlinearFit search : searches) search.divide(number + search.levels.level(0));
      for (VectorNonlinearFit search : searches) search.sum();
      for (VectorNonlinearFit search : searches) search.keepBetter();
    }
  }

  private void begin() {
    for (int lane = 0; lane < LANES; lane++) inverses[lane] = 1 / (-max[lane] / levels.level(0));
    for (int lane = 0; lane < LANES; lane += HALF) sumNearest(lane);
    for (int lane = 0; lane < LANES; lane++) {
      scales[lane] = sumsL2[lane] > 0 ? sumsLX[lane] / sumsL2[lane] : 0;
      gains[lane] = scales[lane] * sumsLX[lane];
    }
    divide(tries + levels.level(0));
    System.arraycopy(inverses, 0, lastInverses, 0, LANES);
    divide(-tries + levels.level(0));
    for (int lane = 0; lane < LANES; lane += HALF) find(lane);
    lookUp();
  }

  private void sumNearest(int lane) {
    FloatVector inverse = FloatVector.fromArray(F, inverses, lane);
    FloatVector first = FloatVector.broadcast(F, levels.level(0));
    FloatVector sumLX = FloatVector.zero(F);
    FloatVector sumL2 = sumLX;
    for (int i = lane; i < xs.length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      FloatVector value = inverse.mul(x);
      FloatVector level = first;
      for (int t = 0; t < thresholds.length; t += HALF) {
        VectorMask<Float> above = value.compare(GE, FloatVector.fromArray(F, thresholds, t));
        level = level.blend(FloatVector.fromArray(F, levelsAbove, t), above);
      }
      FloatVector weighted = FloatVector.fromArray(F, ws, i).mul(level);
      sumLX = sumLX.add(weighted.mul(x));
      sumL2 = sumL2.add(weighted.mul(level));
    }
    sumLX.intoArray(sumsLX, lane);
    sumL2.intoArray(sumsL2, lane);
  }

  /** Finds the entry for the lesser of every value's first and last product. */
  private void find(int lane) {
    FloatVector inverse = FloatVector.fromArray(F, inverses, lane);
    FloatVector last = FloatVector.fromArray(F, lastInverses, lane);
    for (int i = lane; i < found.length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      FloatVector value = inverse.mul(x);
      FloatVector other = last.mul(x);
      value = value.blend(other, value.compare(GE, other));
      FloatVector entry = FloatVector.zero(F);
      for (int t = 0; t < thresholds.length; t += HALF) {
        VectorMask<Float> above = value.compare(GE, FloatVector.fromArray(F, thresholds, t));
        entry = entry.blend(FloatVector.fromArray(F, entries, t), above);
      }
      entry.intoArray(found, i);
    }
  }

  private void lookUp() {
    for (int i = 0; i < found.length; i++) {
      int at = (int) found[i];
      lowest[i] = around[at];
      middle[i] = around[at + 1];
      highest[i] = around[at + 2];
      toMiddle[i] = around[at + 3];
      toHighest[i] = around[at + 4];
    }
  }

  private void sum() {
    for (int lane = 0; lane < LANES; lane += HALF) sum(lane);
  }

  private void sum(int lane) {
    FloatVector inverse = FloatVector.fromArray(F, inverses, lane);
    FloatVector sumLX = FloatVector.zero(F);
    FloatVector sumL2 = sumLX;
    for (int i = lane; i < xs.length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      FloatVector value = inverse.mul(x);
      VectorMask<Float> first = value.compare(GE, FloatVector.fromArray(F, toMiddle, i));
      VectorMask<Float> second = value.compare(GE, FloatVector.fromArray(F, toHighest, i));
      FloatVector level =
          FloatVector.fromArray(F, lowest, i)
              .blend(FloatVector.fromArray(F, middle, i), first)
              .blend(FloatVector.fromArray(F, highest, i), second);
      FloatVector weighted = FloatVector.fromArray(F, ws, i).mul(level);
      sumLX = sumLX.add(weighted.mul(x));
      sumL2 = sumL2.add(weighted.mul(level));
    }
    sumLX.intoArray(sumsLX, lane);
    sumL2.intoArray(sumsL2, lane);
  }

  private void keepBetter() {
    for (int lane = 0; lane < LANES; lane += HALF) keepBetter(lane);
  }

  private void keepBetter(int lane) {
    FloatVector sumLX = FloatVector.fromArray(F, sumsLX, lane);
    FloatVector sumL2 = FloatVector.fromArray(F, sumsL2, lane);
    FloatVector gain = FloatVector.fromArray(F, gains, lane);
    VectorMask<Float> more = sumLX.mul(sumLX).compare(GT, gain.mul(sumL2));
    VectorMask<Float> better = more.and(sumL2.compare(GT, 0f));
    if (!better.anyTrue()) return;
    FloatVector scale = sumLX.div(sumL2);
    gain.blend(scale.mul(sumLX), better).intoArray(gains, lane);
    FloatVector.fromArray(F, scales, lane).blend(scale, better).intoArray(scales, lane);
  }
}
