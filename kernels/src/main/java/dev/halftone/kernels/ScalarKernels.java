package dev.halftone.kernels;

import java.util.Arrays;

/**
 * Plain loops. They are the reference for SIMD, and most are shaped so that the compiler vectorises
 * them by itself: no branches, and no reduction that has to keep an order.
 */
class ScalarKernels implements KernelSupport {
  /**
   * 1.5 · 2^23: a float of this size has no bits below the unit, so adding it rounds to nearest
   * even. Right for |t| up to 2^22; clamped codes reach 2^17. NaN stays NaN.
   */
  static final float TO_INTEGER = 0x1.8p23f;

  /** Elements below which the compiler's own SIMD, made for long loops, does not pay. */
  private static final int SHORT = 256;

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public FiniteRange finiteRange(float[] x, int from, int to) {
    if (to - from < SHORT) return shortRange(x, from, to);
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      min = Math.min(min, x[i]);
      max = Math.max(max, x[i]);
    }
    // A NaN would have made both NaN, an infinity would be one of them.
    if (!Float.isFinite(min) || !Float.isFinite(max)) return carefulRange(x, from, to);
    // Adding +0 turns -0 into +0 and changes nothing else.
    return new FiniteRange(min + 0f, max + 0f, to - from, 0, 0);
  }

  /** Integers in the order of the floats, -0 below 0, are faster to compare one by one. */
  private static FiniteRange shortRange(float[] x, int from, int to) {
    int min = ordered(Float.POSITIVE_INFINITY);
    int max = ordered(Float.NEGATIVE_INFINITY);
    for (int i = from; i < to; i++) {
      int number = ordered(x[i]);
      min = Math.min(min, number);
      max = Math.max(max, number);
    }
    if (min <= ordered(Float.NEGATIVE_INFINITY) || max >= ordered(Float.POSITIVE_INFINITY))
      return carefulRange(x, from, to);
    return new FiniteRange(fromOrdered(min) + 0f, fromOrdered(max) + 0f, to - from, 0, 0);
  }

  private static int ordered(float value) {
    int bits = Float.floatToRawIntBits(value);
    return bits ^ bits >> 31 & 0x7FFFFFFF;
  }

  private static float fromOrdered(int number) {
    return Float.intBitsToFloat(number ^ number >> 31 & 0x7FFFFFFF);
  }

  private static FiniteRange carefulRange(float[] x, int from, int to) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    long nan = 0;
    long infinite = 0;
    for (int i = from; i < to; i++) {
      if (Float.isNaN(x[i])) {
        nan++;
      } else if (Float.isInfinite(x[i])) {
        infinite++;
      } else {
        min = Math.min(min, x[i]);
        max = Math.max(max, x[i]);
      }
    }
    return new FiniteRange(min + 0f, max + 0f, to - from - nan - infinite, nan, infinite);
  }

  @Override
  public boolean allFinite(float[] x, int from, int to) {
    return finiteRange(x, from, to).finite() == to - from;
  }

  @Override
  public float absMax(float[] x, int from, int to) {
    float max = 0f;
    for (int i = from; i < to; i++) max = Math.max(max, Math.abs(x[i]));
    return max;
  }

  @Override
  public void channelRanges(
      float[] x, int from, int outer, int channels, int inner, float[] min, float[] max) {
    float[] row = new float[inner == 1 ? channels : 0];
    int i = from;
    for (int o = 0; o < outer; o++) {
      if (inner == 1) {
        System.arraycopy(x, i, row, 0, channels);
        widen(row, min, max);
        i += channels;
        continue;
      }
      for (int c = 0; c < channels; c++, i += inner) {
        FiniteRange range = finiteRange(x, i, i + inner);
        min[c] = Math.min(min[c], range.min());
        max[c] = Math.max(max[c], range.max());
      }
    }
  }

  /** Widens the range of each channel by one element of its own. */
  private void widen(float[] row, float[] min, float[] max) {
    if (finiteRange(row, 0, row.length).finite() < row.length) {
      carefulWiden(row, min, max);
      return;
    }
    for (int c = 0; c < row.length; c++) min[c] = Math.min(min[c], row[c] + 0f);
    for (int c = 0; c < row.length; c++) max[c] = Math.max(max[c], row[c] + 0f);
  }

  private static void carefulWiden(float[] row, float[] min, float[] max) {
    for (int c = 0; c < row.length; c++) {
      if (!Float.isFinite(row[c])) continue;
      min[c] = Math.min(min[c], row[c] + 0f);
      max[c] = Math.max(max[c], row[c] + 0f);
    }
  }

  @Override
  public void quantize(float[] x, int from, int to, Grid grid, byte[] out, int at) {
    // Clamping before rounding is the same as after: the bounds are integers.
    float scale = grid.scale();
    float low = grid.low() - grid.zeroPoint();
    float high = grid.high() - grid.zeroPoint();
    int zeroPoint = grid.zeroPoint();
    for (int i = from; i < to; i++) {
      float clamped = Math.min(Math.max(x[i] / scale, low), high);
      out[at + i - from] = (byte) ((int) (clamped + TO_INTEGER - TO_INTEGER) + zeroPoint);
    }
  }

  @Override
  public void quantize(float[] x, int from, int to, Grid grid, short[] out, int at) {
    float scale = grid.scale();
    float low = grid.low() - grid.zeroPoint();
    float high = grid.high() - grid.zeroPoint();
    int zeroPoint = grid.zeroPoint();
    for (int i = from; i < to; i++) {
      float clamped = Math.min(Math.max(x[i] / scale, low), high);
      out[at + i - from] = (short) ((int) (clamped + TO_INTEGER - TO_INTEGER) + zeroPoint);
    }
  }

  @Override
  public void quantizeColumns(
      float[] x,
      int from,
      int to,
      float[] scales,
      float[] zeroPoints,
      int first,
      int low,
      int high,
      byte[] out,
      int at) {
    float least = low;
    float greatest = high;
    for (int i = 0; i < to - from; i++) {
      float zero = zeroPoints[first + i];
      float exact = x[from + i] / scales[first + i];
      float clamped = Math.max(least - zero, Math.min(greatest - zero, exact));
      // NaN becomes integer 0 before the zero point is added.
      out[at + i] = (byte) ((int) (clamped + TO_INTEGER - TO_INTEGER) + (int) zero);
    }
  }

  @Override
  public void quantizeColumns(
      float[] x,
      int from,
      int to,
      float[] scales,
      float[] zeroPoints,
      int first,
      int low,
      int high,
      short[] out,
      int at) {
    float least = low;
    float greatest = high;
    for (int i = 0; i < to - from; i++) {
      float zero = zeroPoints[first + i];
      float exact = x[from + i] / scales[first + i];
      float clamped = Math.max(least - zero, Math.min(greatest - zero, exact));
      out[at + i] = (short) ((int) (clamped + TO_INTEGER - TO_INTEGER) + (int) zero);
    }
  }

  /**
   * Short blocks as columns that have the scale of their block, and its zero point where these
   * differ: to spread either takes longer than to compute with it.
   */
  @Override
  public void quantizeBlocks(
      float[] x,
      int from,
      int to,
      int block,
      float[] scales,
      float[] zeroPoints,
      int first,
      int low,
      int high,
      byte[] out,
      int at) {
    int blocks = Math.max(1, FloatBlock.SIZE / block);
    int length = (int) Math.min((long) blocks * block, to - from);
    float[] eachScale = new float[length];
    float[] eachZero = {};
    int entry = first;
    for (int i = from; i < to; entry += blocks) {
      int count = Math.min(length, to - i);
      spread(scales, entry, block, eachScale, count);
      if (areEqual(zeroPoints, entry, Math.ceilDiv(count, block))) {
        quantizeColumns(x, i, count, eachScale, zeroPoints[entry], low, high, out, at + i - from);
      } else {
        if (eachZero.length == 0) eachZero = new float[length];
        spread(zeroPoints, entry, block, eachZero, count);
        quantizeColumns(x, i, i + count, eachScale, eachZero, 0, low, high, out, at + i - from);
      }
      i += count;
    }
  }

  private static boolean areEqual(float[] values, int from, int count) {
    for (int i = from + 1; i < from + count; i++) if (values[i] != values[from]) return false;
    return true;
  }

  /** Columns from the first on that have the zero point in common. */
  private static void quantizeColumns(
      float[] x,
      int from,
      int count,
      float[] scales,
      float zeroPoint,
      int low,
      int high,
      byte[] out,
      int at) {
    float least = low - zeroPoint;
    float greatest = high - zeroPoint;
    int zero = (int) zeroPoint;
    for (int i = 0; i < count; i++) {
      float clamped = Math.max(least, Math.min(greatest, x[from + i] / scales[i]));
      // NaN becomes integer 0 before the zero point is added.
      out[at + i] = (byte) ((int) (clamped + TO_INTEGER - TO_INTEGER) + zero);
    }
  }

  /** Writes {@code values[from]} to the first {@code block} places, the next to the next. */
  private static void spread(float[] values, int from, int block, float[] out, int count) {
    int end;
    for (int i = 0; i < count; i = end) {
      end = block < count - i ? i + block : count;
      Arrays.fill(out, i, end, values[from + i / block]);
    }
  }

  @Override
  public void quantizationErrors(
      float[] x,
      int from,
      int to,
      float[] scales,
      float[] zeroPoints,
      int low,
      int high,
      float[] out) {
    float least = low;
    float greatest = high;
    // In place, as the compiler does not vectorise a loop between two places of float arrays.
    System.arraycopy(x, from, out, 0, to - from);
    for (int i = 0; i < to - from; i++) {
      float exact = out[i] / scales[i];
      float zero = zeroPoints[i];
      float clamped = Math.max(least - zero, Math.min(greatest - zero, exact));
      out[i] -= (clamped + TO_INTEGER - TO_INTEGER) * scales[i];
    }
  }

  @Override
  public void addSquares(float[] x, int from, int to, double[] sums) {
    for (int i = 0; i < to - from; i++) {
      double value = x[from + i];
      sums[i] += value * value;
    }
  }

  @Override
  public void dequantize(
      byte[] codes,
      int from,
      int to,
      boolean signed,
      float scale,
      int zeroPoint,
      float[] out,
      int at) {
    int mask = signed ? -1 : 0xFF;
    for (int i = from; i < to; i++) out[at + i - from] = ((codes[i] & mask) - zeroPoint) * scale;
  }

  @Override
  public void dequantize(
      short[] codes,
      int from,
      int to,
      boolean signed,
      float scale,
      int zeroPoint,
      float[] out,
      int at) {
    int mask = signed ? -1 : 0xFFFF;
    for (int i = from; i < to; i++) out[at + i - from] = ((codes[i] & mask) - zeroPoint) * scale;
  }

  @Override
  public void pack(byte[] codes, int from, int to, int bits, byte[] out, int at) {
    PackedCodes.pack(codes, from, to, bits, out, at);
  }

  @Override
  public void unpack(
      byte[] packed, int at, int bits, boolean signed, byte[] codes, int from, int to) {
    PackedCodes.unpack(packed, at, bits, signed, codes, from, to);
  }

  @Override
  public double sumOfSquares(float[] x, int from, int to) {
    double[] sums = new double[Kernels.ACCUMULATORS];
    for (int block = from; block < to; block += Kernels.ACCUMULATORS) {
      int length = Math.min(Kernels.ACCUMULATORS, to - block);
      for (int j = 0; j < length; j++) {
        double value = x[block + j];
        sums[j] += value * value;
      }
    }
    return merge(sums);
  }

  @Override
  public double sumOfSquaredDifferences(float[] x, int from, float[] y, int at, int length) {
    double[] sums = new double[Kernels.ACCUMULATORS];
    for (int block = 0; block < length; block += Kernels.ACCUMULATORS) {
      int count = Math.min(Kernels.ACCUMULATORS, length - block);
      for (int j = 0; j < count; j++) {
        double difference = (double) x[from + block + j] - y[at + block + j];
        sums[j] += difference * difference;
      }
    }
    return merge(sums);
  }

  private static double merge(double[] sums) {
    for (int half = sums.length / 2; half > 0; half /= 2) {
      for (int j = 0; j < half; j++) sums[j] += sums[j + half];
    }
    return sums[0];
  }

  @Override
  public void histogram(float[] x, int from, int to, int exponent, int[] counts) {
    float inverseWidth = inverseWidth(exponent);
    int limit = Float.floatToRawIntBits(Math.scalb(1f, exponent));
    FloatBlock block = new FloatBlock(to - from);
    int[] slots = new int[block.bits.length];
    for (int i = from; i < to; i += FloatBlock.SIZE) {
      int count = Math.min(FloatBlock.SIZE, to - i);
      block.load(x, i, count);
      slots(block, count, inverseWidth, limit, slots);
      count(slots, count, counts);
    }
  }

  private static void slots(
      FloatBlock block, int count, float inverseWidth, int limit, int[] slots) {
    block.takeBits(count);
    // Exact, or below the smallest normal float and so in bin 0 either way.
    for (int i = 0; i < count; i++) block.values[i] = Math.abs(block.values[i]) * inverseWidth;
    for (int i = 0; i < count; i++) slots[i] = (int) block.values[i];
    for (int i = 0; i < count; i++) slots[i] = slot(block.bits[i], slots[i], limit);
  }

  /** Four neighbours go to four partial histograms, so that no count waits for the one before. */
  static void count(int[] slots, int length, int[] counts) {
    int part = Kernels.HISTOGRAM_SLOTS;
    int i = 0;
    for (; i + 4 <= length; i += 4) {
      counts[slots[i]]++;
      counts[slots[i + 1] + part]++;
      counts[slots[i + 2] + 2 * part]++;
      counts[slots[i + 3] + 3 * part]++;
    }
    for (; i < length; i++) counts[slots[i]]++;
  }

  /** Bins in a unit: a power of two, and a normal float for every exponent allowed. */
  static float inverseWidth(int exponent) {
    return Math.scalb((float) Kernels.BINS_PER_SIGN, -exponent);
  }

  /**
   * Slot of the float with these bits, whose magnitude lies in {@code bin}.
   *
   * @param limit bits of the magnitude that all bins are below
   */
  static int slot(int bits, int bin, int limit) {
    int magnitude = bits & 0x7FFFFFFF;
    int isZero = magnitude - 1 >> 31;
    int isInside = magnitude - limit >> 31;
    // -1 - bin is the complement of bin.
    int slot = Kernels.BINS_PER_SIGN + (bin ^ bits >> 31);
    slot = slot & ~isZero | Kernels.ZERO_SLOT & isZero;
    return slot & isInside | Kernels.OUTSIDE_SLOT & ~isInside;
  }

  @Override
  public long countFiniteFrom(float[] x, int from, int to, float limit) {
    if (absMax(x, from, to) < limit) return 0;
    int count = 0;
    for (int i = from; i < to; i++) {
      float magnitude = Math.abs(x[i]);
      count += magnitude >= limit & magnitude < Float.POSITIVE_INFINITY ? 1 : 0;
    }
    return count;
  }

  @Override
  public void toFloat16(
      float[] x, int from, int to, float scale, float limit, short[] out, int at) {
    for (int i = from; i < to; i++) {
      float bounded = Math.min(Math.max(x[i] / scale, -limit), limit);
      out[at + i - from] = Float.floatToFloat16(bounded);
    }
  }

  @Override
  public void toBFloat16(
      float[] x, int from, int to, float scale, float limit, short[] out, int at) {
    FloatBlock quotients = new FloatBlock(to - from);
    for (int i = from; i < to; i += FloatBlock.SIZE) {
      int count = Math.min(FloatBlock.SIZE, to - i);
      quotients.divide(x, i, count, scale, limit);
      quotients.takeBits(count);
      for (int j = 0; j < count; j++) quotients.bits[j] = upperBits(quotients.bits[j], 16);
      quotients.storeShorts(count, out, at + i - from);
    }
  }

  @Override
  public void fromFloat16(short[] halves, int from, int to, float scale, float[] out, int at) {
    for (int i = from; i < to; i++) out[at + i - from] = Float.float16ToFloat(halves[i]) * scale;
  }

  @Override
  public void fromBFloat16(short[] halves, int from, int to, float scale, float[] out, int at) {
    for (int i = from; i < to; i++)
      out[at + i - from] = Float.intBitsToFloat(halves[i] << 16) * scale;
  }

  @Override
  public void decode(
      byte[] codes, int from, int to, float scale, float[] table, float[] out, int at) {
    for (int i = from; i < to; i++) out[at + i - from] = table[codes[i] & 0xFF] * scale;
  }

  @Override
  public void encode(
      float[] x,
      int from,
      int to,
      float scale,
      SmallFloat format,
      boolean saturate,
      byte[] out,
      int at) {
    format.encode(x, from, to, scale, saturate, out, at);
  }

  @Override
  public void encode(float[] x, int from, int to, float scale, Levels levels, byte[] out, int at) {
    levels.encode(x, from, to, scale, out, at);
  }

  static int upperBits(int all, int bits) {
    int dropped = 32 - bits;
    int isNaN = 0x7F800000 - (all & 0x7FFFFFFF) >> 31;
    // Half of the last place kept, less one where that place is even: carries into it exactly when
    // nearest-even says so.
    int rounded = all + (1 << dropped - 1) - 1 + (all >>> dropped & 1);
    return (rounded & ~isNaN | (all | 0x400000) & isNaN) >>> dropped;
  }

  @Override
  public void fitAffine(
      float[] x, int from, int count, AffineFit fit, ErrorWeights weights, AffineScales found) {
    PlainFits.affine(x, from, 0, count, fit, weights.of(x, from, count, fit.size()), found);
  }

  @Override
  public void fitSymmetric(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      ErrorWeights weights,
      float[] scales,
      float[] inverses) {
    PlainFits.symmetric(
        x, from, count, size, levels, weights.of(x, from, count, size), scales, inverses);
  }

  @Override
  public void fitPositive(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      float[] weights,
      float[] scales,
      byte[] codes) {
    PositiveFit.fit(x, from, count, size, levels, weights, scales, codes);
  }

  @Override
  public void fitRefined(float[] x, int from, int count, int size, int levels, float[] scales) {
    RefinedFit.fit(x, from, count, size, levels, scales);
  }

  @Override
  public void fitNonlinear(
      float[] x,
      int from,
      int count,
      int size,
      RisingLevels levels,
      int tries,
      ErrorWeights weights,
      float[] scales) {
    PlainFits.nonlinear(
        x, from, count, size, levels, tries, weights.of(x, from, count, size), scales);
  }

  @Override
  public void roundBlocks(
      float[] x,
      int from,
      int count,
      int size,
      float[] scales,
      float[] minima,
      int low,
      int high,
      byte[] codes,
      int at) {
    PlainFits.codes(x, from, count, size, scales, minima, low, high, codes, at);
  }

  @Override
  public void nearestLevels(
      float[] x,
      int from,
      int count,
      int size,
      float[] inverses,
      RisingLevels levels,
      byte[] codes,
      int at) {
    PlainFits.nearest(x, from, count, size, inverses, levels, codes, at);
  }

  @Override
  public void extremes(float[] x, int from, int count, int size, float[] out) {
    PlainBlocks.extremes(x, from, count, size, out);
  }

  @Override
  public void roundAway(
      float[] x, int from, int count, int size, float[] inverses, byte[] out, int at, int stride) {
    PlainBlocks.roundAway(x, from, count, size, inverses, out, at, stride);
  }

  @Override
  public void truncateNibbles(
      float[] x, int from, int count, float[] inverses, byte[] out, int at, int stride) {
    PlainBlocks.truncateNibbles(x, from, 0, count, inverses, out, at, stride);
  }
}
