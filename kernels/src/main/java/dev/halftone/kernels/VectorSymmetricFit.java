package dev.halftone.kernels;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScaleFits#symmetric} with a block in each lane. The tries do not depend on one another, so
 * the sums of four are found in one pass over the values; then the best is chosen in their order.
 */
final class VectorSymmetricFit extends VectorLeastSquares {
  private static final VectorSpecies<Float> F = Lanes.F;
  private static final int HALF = Lanes.HALF;
  private static final int LANES = Lanes.COUNT;

  /** Tries in one pass: as many sums as there are registers for. */
  private static final int PASS = 4;

  /** The last of them is the one before it once more, which changes nothing. */
  private static final int TRIES = 20;

  private static final PerThread<Integer, VectorSymmetricFit> SEARCHES =
      new PerThread<>(VectorSymmetricFit::new);

  private final float[] products;

  /** Of each try, an element a lane. */
  private final float[] tried = new float[TRIES * LANES];

  private final float[] triedLX = new float[TRIES * LANES];
  private final float[] triedL2 = new float[TRIES * LANES];
  private final float[] triedScales = new float[TRIES * LANES];

  private final float[] bestInverses = new float[LANES];

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
    VectorSymmetricFit search = SEARCHES.of(size);
    for (int block = 0; block < count; block += LANES) {
      search.load(x, from, weights, block, count, size);
      for (int lane = 0; lane < LANES; lane += HALF) search.multiply(lane);
      search.search(levels);
      search.store(search.scales, scales, block, count);
      search.store(search.bestInverses, inverses, block, count);
    }
  }

  private void multiply(int lane) {
    for (int i = lane; i < xs.length; i += LANES) {
      FloatVector w = FloatVector.fromArray(F, ws, i);
      w.mul(FloatVector.fromArray(F, xs, i)).intoArray(products, i);
    }
  }

  private void search(int levels) {
    for (int i = 0; i < TRIES; i += PASS) {
      for (int lane = 0; lane < LANES; lane += HALF) sumCodes(lane, levels, i);
    }
    choose();
  }

  /** What try {@code i} brings the furthest value to. */
  private static float steps(int i, int levels) {
    if (i == 0) return -levels;
    int number = i <= 9 ? i - 10 : Math.min(i - 9, 9);
    return -(levels + 0.1f * number);
  }

  /**
   * Sums of the four tries from {@code first} on, rounded with {@link Lanes#shifted}, and the scale
   * that each would give. Divisions are here, where they take no time: sums of other blocks go on
   * meanwhile.
   */
  private void sumCodes(int lane, int levels, int first) {
    int at = first * LANES + lane;
    int low = Lanes.shifted(-levels);
    int high = Lanes.shifted(levels - 1);
    FloatVector furthest = FloatVector.fromArray(F, max, lane);
    FloatVector inverse0 = FloatVector.broadcast(F, steps(first, levels)).div(furthest);
    FloatVector inverse1 = FloatVector.broadcast(F, steps(first + 1, levels)).div(furthest);
    FloatVector inverse2 = FloatVector.broadcast(F, steps(first + 2, levels)).div(furthest);
    FloatVector inverse3 = FloatVector.broadcast(F, steps(first + 3, levels)).div(furthest);
    FloatVector sumLX0 = FloatVector.zero(F);
    FloatVector sumLX1 = sumLX0;
    FloatVector sumLX2 = sumLX0;
    FloatVector sumLX3 = sumLX0;
    FloatVector sumL20 = sumLX0;
    FloatVector sumL21 = sumLX0;
    FloatVector sumL22 = sumLX0;
    FloatVector sumL23 = sumLX0;
    for (int i = lane; i < xs.length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      FloatVector product = FloatVector.fromArray(F, products, i);
      FloatVector w = FloatVector.fromArray(F, ws, i);
      FloatVector shifted = inverse0.mul(x).add(CConversions.MAGIC);
      FloatVector bounded = shifted.reinterpretAsInts().min(high).max(low).reinterpretAsFloats();
      FloatVector code = bounded.sub(CConversions.MAGIC);
      sumLX0 = sumLX0.add(product.mul(code));
      sumL20 = sumL20.add(w.mul(code).mul(code));
      shifted = inverse1.mul(x).add(CConversions.MAGIC);
      bounded = shifted.reinterpretAsInts().min(high).max(low).reinterpretAsFloats();
      code = bounded.sub(CConversions.MAGIC);
      sumLX1 = sumLX1.add(product.mul(code));
      sumL21 = sumL21.add(w.mul(code).mul(code));
      shifted = inverse2.mul(x).add(CConversions.MAGIC);
      bounded = shifted.reinterpretAsInts().min(high).max(low).reinterpretAsFloats();
      code = bounded.sub(CConversions.MAGIC);
      sumLX2 = sumLX2.add(product.mul(code));
      sumL22 = sumL22.add(w.mul(code).mul(code));
      shifted = inverse3.mul(x).add(CConversions.MAGIC);
      bounded = shifted.reinterpretAsInts().min(high).max(low).reinterpretAsFloats();
      code = bounded.sub(CConversions.MAGIC);
      sumLX3 = sumLX3.add(product.mul(code));
      sumL23 = sumL23.add(w.mul(code).mul(code));
    }
    inverse0.intoArray(tried, at);
    inverse1.intoArray(tried, at + LANES);
    inverse2.intoArray(tried, at + 2 * LANES);
    inverse3.intoArray(tried, at + 3 * LANES);
    sumLX0.intoArray(triedLX, at);
    sumLX1.intoArray(triedLX, at + LANES);
    sumLX2.intoArray(triedLX, at + 2 * LANES);
    sumLX3.intoArray(triedLX, at + 3 * LANES);
    sumL20.intoArray(triedL2, at);
    sumL21.intoArray(triedL2, at + LANES);
    sumL22.intoArray(triedL2, at + 2 * LANES);
    sumL23.intoArray(triedL2, at + 3 * LANES);
    sumLX0.div(sumL20).intoArray(triedScales, at);
    sumLX1.div(sumL21).intoArray(triedScales, at + LANES);
    sumLX2.div(sumL22).intoArray(triedScales, at + 2 * LANES);
    sumLX3.div(sumL23).intoArray(triedScales, at + 3 * LANES);
  }

  /** The first try that explains more than all before it; two registers, to wait for neither. */
  private void choose() {
    FloatVector inverse = FloatVector.fromArray(F, tried, 0);
    FloatVector otherInverse = FloatVector.fromArray(F, tried, HALF);
    FloatVector scale = firstScale(0);
    FloatVector otherScale = firstScale(HALF);
    FloatVector gain = scale.mul(FloatVector.fromArray(F, triedLX, 0));
    FloatVector otherGain = otherScale.mul(FloatVector.fromArray(F, triedLX, HALF));
    for (int i = LANES; i < tried.length; i += LANES) {
      FloatVector sumLX = FloatVector.fromArray(F, triedLX, i);
      FloatVector sumL2 = FloatVector.fromArray(F, triedL2, i);
      VectorMask<Float> more = sumLX.mul(sumLX).compare(GT, gain.mul(sumL2));
      VectorMask<Float> better = more.and(sumL2.compare(GT, 0f));
      FloatVector solved = FloatVector.fromArray(F, triedScales, i);
      gain = gain.blend(solved.mul(sumLX), better);
      scale = scale.blend(solved, better);
      inverse = inverse.blend(FloatVector.fromArray(F, tried, i), better);
      sumLX = FloatVector.fromArray(F, triedLX, i + HALF);
      sumL2 = FloatVector.fromArray(F, triedL2, i + HALF);
      more = sumLX.mul(sumLX).compare(GT, otherGain.mul(sumL2));
      better = more.and(sumL2.compare(GT, 0f));
      solved = FloatVector.fromArray(F, triedScales, i + HALF);
      otherGain = otherGain.blend(solved.mul(sumLX), better);
      otherScale = otherScale.blend(solved, better);
      otherInverse = otherInverse.blend(FloatVector.fromArray(F, tried, i + HALF), better);
    }
    scale.intoArray(scales, 0);
    otherScale.intoArray(scales, HALF);
    inverse.intoArray(bestInverses, 0);
    otherInverse.intoArray(bestInverses, HALF);
  }

  private FloatVector firstScale(int lane) {
    FloatVector sumL2 = FloatVector.fromArray(F, triedL2, lane);
    return FloatVector.fromArray(F, triedScales, lane).blend(0f, sumL2.compare(EQ, 0f));
  }
}
