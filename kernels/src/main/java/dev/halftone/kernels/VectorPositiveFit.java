package dev.halftone.kernels;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScaleFits#positive} with a block in each lane, operation by operation as {@link
 * PositiveFit}; a block that has come to rest stays as it is in the rounds that others need.
 */
final class VectorPositiveFit {
  private static final VectorSpecies<Float> F = Lanes.F;
  private static final int LANES = Lanes.HALF;
  private static final int MAGIC_BITS = Lanes.shifted(0);

  /** Codes are kept as bytes. */
  private static final int BYTE = 0xFF;

  private static final PerThread<Kind, VectorPositiveFit> SEARCHES =
      new PerThread<>(kind -> new VectorPositiveFit(kind.size, kind.levels));

  private final int levels;
  private final float[] xs;
  private final float[] ws;
  private final float[] codes;
  private final float[] max = new float[LANES];

  /** Of the try at hand. */
  private final float[] inverses = new float[LANES];

  private final float[] errors = new float[LANES];

  /** Of the best so far. */
  private final float[] leastErrors = new float[LANES];

  private final float[] bestInverses = new float[LANES];
  private final float[] sumsLX = new float[LANES];
  private final float[] sumsL2 = new float[LANES];

  private record Kind(int size, int levels) {}

  private VectorPositiveFit(int size, int levels) {
    this.levels = levels;
    xs = new float[size * LANES];
    ws = new float[size * LANES];
    codes = new float[size * LANES];
  }

  static void fit(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      float[] weights,
      float[] scales,
      byte[] codes) {
    if (!isMeantFor(x, from, count * size)) {
      PositiveFit.fit(x, from, count, size, levels, weights, scales, codes);
      return;
    }
    VectorPositiveFit search = SEARCHES.of(new Kind(size, levels));
    for (int block = 0; block < count; block += LANES) {
      Lanes.transpose(x, from, block, count, size, LANES, search.xs);
      Lanes.transpose(weights, 0, block, count, size, LANES, search.ws);
      search.begin();
      for (int number = -PositiveFit.TRIES; number <= PositiveFit.TRIES; number++) {
        if (number == 0) continue;
        search.measure(PositiveFit.steps(number, levels));
        search.keepBetter();
      }
      search.round();
      for (int round = 0; round < PositiveFit.ROUNDS && search.improve(); round++) {}
      search.store(Math.min(LANES, count - block), size, scales, codes, block);
    }
  }

  /** Values that are neither negative nor infinite nor NaN have codes that are not negative. */
  private static boolean isMeantFor(float[] x, int from, int count) {
    for (int i = from; i < from + count; i++)
      if (!(x[i] >= 0 && x[i] < Float.POSITIVE_INFINITY)) return false;
    return true;
  }

  /** The greatest values, and the error of the first rounding. */
  private void begin() {
    FloatVector greatest = FloatVector.zero(F);
    for (int i = 0; i < xs.length; i += LANES)
      greatest = greatest.max(FloatVector.fromArray(F, xs, i));
    greatest.intoArray(max, 0);
    measure(levels);
    System.arraycopy(inverses, 0, bestInverses, 0, LANES);
    System.arraycopy(errors, 0, leastErrors, 0, LANES);
  }

  /** The error of bringing the greatest value to so many steps. */
  private void measure(float steps) {
    int highest = Lanes.shifted(levels);
    FloatVector inverse = FloatVector.broadcast(F, steps).div(FloatVector.fromArray(F, max, 0));
    FloatVector scale = FloatVector.broadcast(F, 1).div(inverse);
    FloatVector error = FloatVector.zero(F);
    for (int i = 0; i < xs.length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      FloatVector shifted = inverse.mul(x).add(CConversions.MAGIC);
      IntVector bits = shifted.reinterpretAsInts().min(highest);
      FloatVector code = bits.reinterpretAsFloats().sub(CConversions.MAGIC);
      FloatVector difference = x.sub(scale.mul(code));
      error = error.add(FloatVector.fromArray(F, ws, i).mul(difference).mul(difference));
    }
    inverse.intoArray(inverses, 0);
    error.intoArray(errors, 0);
  }

  private void keepBetter() {
    FloatVector error = FloatVector.fromArray(F, errors, 0);
    FloatVector least = FloatVector.fromArray(F, leastErrors, 0);
    VectorMask<Float> better = error.compare(LT, least);
    least.blend(error, better).intoArray(leastErrors, 0);
    FloatVector inverse = FloatVector.fromArray(F, bestInverses, 0);
    inverse.blend(FloatVector.fromArray(F, inverses, 0), better).intoArray(bestInverses, 0);
  }

  private void round() {
    int highest = Lanes.shifted(levels);
    FloatVector inverse = FloatVector.fromArray(F, bestInverses, 0);
    FloatVector sumLX = FloatVector.zero(F);
    FloatVector sumL2 = sumLX;
    for (int i = 0; i < xs.length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      FloatVector w = FloatVector.fromArray(F, ws, i);
      FloatVector shifted = inverse.mul(x).add(CConversions.MAGIC);
      IntVector bits = shifted.reinterpretAsInts().min(highest);
      FloatVector code = bits.reinterpretAsFloats().sub(CConversions.MAGIC);
      code.intoArray(codes, i);
      sumLX = sumLX.add(w.mul(x).mul(code));
      sumL2 = sumL2.add(w.mul(code).mul(code));
    }
    sumLX.intoArray(sumsLX, 0);
    sumL2.intoArray(sumsL2, 0);
  }

  /** Whether a code has moved. */
  private boolean improve() {
    boolean moved = false;
    FloatVector sumLX = FloatVector.fromArray(F, sumsLX, 0);
    FloatVector sumL2 = FloatVector.fromArray(F, sumsL2, 0);
    for (int i = 0; i < xs.length; i += LANES) {
      FloatVector x = FloatVector.fromArray(F, xs, i);
      FloatVector w = FloatVector.fromArray(F, ws, i);
      FloatVector code = FloatVector.fromArray(F, codes, i);
      FloatVector wx = w.mul(x);
      FloatVector otherLX = sumLX.sub(wx.mul(code));
      FloatVector otherL2 = sumL2.sub(w.mul(code).mul(code));
      FloatVector value = x.mul(otherL2).div(otherLX);
      IntVector mantissa =
          value.add(CConversions.MAGIC).reinterpretAsInts().and(CConversions.MANTISSA);
      IntVector nearest = mantissa.sub(CConversions.HALF_MANTISSA).min(levels);
      FloatVector newCode = nearest.add(MAGIC_BITS).reinterpretAsFloats().sub(CConversions.MAGIC);
      IntVector stored = nearest.and(BYTE);
      FloatVector kept = stored.add(MAGIC_BITS).reinterpretAsFloats().sub(CConversions.MAGIC);
      FloatVector newLX = otherLX.add(wx.mul(newCode));
      FloatVector newL2 = otherL2.add(w.mul(newCode).mul(newCode));
      VectorMask<Float> more = newLX.mul(newLX).mul(sumL2).compare(GT, sumLX.mul(sumLX).mul(newL2));
      VectorMask<Float> better =
          more.and(otherLX.compare(GT, 0f))
              .and(otherL2.compare(GT, 0f))
              .and(newCode.compare(NE, code));
      code.blend(kept, better).intoArray(codes, i);
      sumLX = sumLX.blend(newLX, better);
      sumL2 = sumL2.blend(newL2, better);
      moved |= better.anyTrue();
    }
    sumLX.intoArray(sumsLX, 0);
    sumL2.intoArray(sumsL2, 0);
    return moved;
  }

  private void store(int blocks, int size, float[] scales, byte[] out, int block) {
    for (int lane = 0; lane < blocks; lane++) {
      boolean zero = max[lane] < ScaleFits.ZERO;
      scales[block + lane] = zero || !(sumsL2[lane] > 0) ? 0 : sumsLX[lane] / sumsL2[lane];
      int at = (block + lane) * size;
      for (int i = 0; i < size; i++)
        out[at + i] = (byte) (zero ? 0 : (int) codes[i * LANES + lane]);
    }
  }
}
