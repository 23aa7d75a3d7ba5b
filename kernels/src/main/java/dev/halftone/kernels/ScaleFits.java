package dev.halftone.kernels;

import dev.halftone.kernels.ErrorWeights.Given;
import java.util.List;
import java.util.Objects;

/**
 * Searches for the scales of small blocks of neighbours, each block apart. This facade checks the
 * arguments; plain loops or SIMD compute, with the same bits: IEEE float arithmetic in the order of
 * the formulas, sums from the first value to the last, no fused multiply-add.
 *
 * <p>Blocks lie one after the other: block {@code b} is {@code x[from + b * size, …)}; results have
 * one element a block. Values are finite; from values whose sums or ratios overflow follow results
 * that are, if anything, not finite. Rounding is {@link CConversions#nearest}. Thread-safe.
 *
 * <p>Source of the searches: ggml-quants.c of ggml, whose files others read, by formula.
 */
public final class ScaleFits {
  /** Blocks whose greatest magnitude is below this count as zeros. */
  static final float ZERO = 1e-15f;

  /** Values of a block of {@link #truncateNibbles}. */
  static final int NIBBLES = 32;

  /** What {@link #positive} searches are mostly scales, each of at least so many values. */
  private static final int VALUES_OF_A_SCALE = 16;

  private static final Takeover AFFINE = new Takeover(70);
  private static final Takeover SYMMETRIC = new Takeover(30);
  private static final Takeover NONLINEAR = new Takeover(110);
  private static final Takeover REFINED = new Takeover(5);
  private static final Takeover POSITIVE = new Takeover(1);

  private static final Takeover EXTREMES = new Takeover(1);
  private static final Takeover ROUNDING = new Takeover(2);
  private static final Takeover TRUNCATING = new Takeover(2);
  private static final Takeover CODES = new Takeover(5);
  private static final Takeover LEVELS = new Takeover(10);

  private static final List<Takeover> ALL =
      List.of(
          AFFINE,
          SYMMETRIC,
          NONLINEAR,
          REFINED,
          POSITIVE,
          EXTREMES,
          ROUNDING,
          TRUNCATING,
          CODES,
          LEVELS);

  private ScaleFits() {}

  private static void check(
      float[] x, int from, int count, int size, ErrorWeights weights, float[]... results) {
    long values = Math.multiplyExact((long) count, size);
    Objects.checkFromIndexSize(from, values, (long) x.length);
    if (weights instanceof Given(float[] given, int start))
      Objects.checkFromIndexSize(start, values, (long) given.length);
    for (float[] result : results) Objects.checkFromIndexSize(0, count, result.length);
  }

  /**
   * Fits {@code x ≈ scale * code - minimum}, codes 0 to {@code levels}, the minimum not negative.
   * Each try rounds to a number of steps, {@code code = clamp(nearest(inverse * (x - low)))} with
   * {@code inverse = steps / (greatest x - low)}, where {@code low} is at first {@code min(0, least
   * x)} and then minus the best minimum so far; and solves the weighted least squares for scale and
   * minimum. The one of least weighted error wins, the earlier of equals. A block whose values all
   * equal {@code low} has scale and codes 0.
   */
  public static void affine(
      float[] x, int from, int count, AffineFit fit, ErrorWeights weights, AffineScales found) {
    check(x, from, count, fit.size(), weights, found.scales);
    AFFINE.next(count * fit.size()).fitAffine(x, from, count, fit, weights, found);
  }

  /** Codes of the block at {@code x[from]} as the search that found {@code block} rounded it. */
  public static void affineCodes(
      float[] x, int from, AffineFit fit, AffineScales found, int block, byte[] codes, int at) {
    int size = fit.size();
    Objects.checkFromIndexSize(from, size, x.length);
    Objects.checkFromIndexSize(at, size, codes.length);
    float inverse = found.inverses[block];
    float low = found.lows[block];
    for (int i = 0; i < size; i++) {
      int code = CConversions.nearest(inverse * (x[from + i] - low));
      codes[at + i] = (byte) Math.max(0, Math.min(fit.levels(), code));
    }
  }

  /**
   * Fits {@code x ≈ scale * code}, codes {@code -levels} to {@code levels - 1}. The value of
   * greatest magnitude, the first of equals, is rounded to {@code -levels - k / 10}, for k = 0, -9
   * … -1, 1 … 9; for each, the weighted least squares give the scale, and the one that explains
   * most wins. The scale is negative where that value is positive. A block of magnitudes below
   * 1e-15 has scale and inverse 0.
   *
   * @param inverses what the winner rounded with, from which {@link #symmetricCodes} finds the
   *     codes
   */
  public static void symmetric(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      ErrorWeights weights,
      float[] scales,
      float[] inverses) {
    check(x, from, count, size, weights, scales, inverses);
    SYMMETRIC
        .next(count * size)
        .fitSymmetric(x, from, count, size, levels, weights, scales, inverses);
  }

  /**
   * Codes of one block as {@link #symmetric} rounded it, plus {@code levels}; all of them 0, which
   * is {@code -levels}, where {@code inverse} is 0.
   */
  public static void symmetricCodes(
      float[] x, int from, int size, int levels, float inverse, byte[] codes, int at) {
    Objects.checkFromIndexSize(from, size, x.length);
    Objects.checkFromIndexSize(at, size, codes.length);
    for (int i = 0; i < size; i++) {
      int code = CConversions.nearest(inverse * x[from + i]);
      int clamped = Math.max(-levels, Math.min(levels - 1, code));
      codes[at + i] = (byte) (inverse == 0f ? 0 : clamped + levels);
    }
  }

  /**
   * Fits {@code x ≈ scale * level(code)} to levels that are not evenly spaced. The value of
   * greatest magnitude, the first of equals, is brought to minus the first level and to the first
   * level plus {@code -tries … tries}; each value goes to its nearest level; the weighted least
   * squares give the scale, and the one that explains most wins. A block of magnitudes below 1e-15
   * has scale 0.
   */
  public static void nonlinear(
      float[] x,
      int from,
      int count,
      int size,
      RisingLevels levels,
      int tries,
      ErrorWeights weights,
      float[] scales) {
    check(x, from, count, size, weights, scales);
    NONLINEAR.next(count * size).fitNonlinear(x, from, count, size, levels, tries, weights, scales);
  }

  /**
   * Fits {@code x ≈ scale * code} to values that are not negative, codes 0 to {@code levels}: of
   * nine roundings that of the least weighted error, and then up to five rounds in which single
   * codes move to where the weighted error falls. A block without a value of 1e-15 or more has
   * scale and codes 0. Negative values have code 0 or below, as their rounding says.
   *
   * @param codes {@code count * size} of them
   */
  public static void positive(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      float[] weights,
      float[] scales,
      byte[] codes) {
    check(x, from, count, size, new Given(weights), scales);
    Objects.checkFromIndexSize(0, count * size, codes.length);
    long values = (long) count * size * VALUES_OF_A_SCALE;
    POSITIVE
        .next((int) Math.min(Integer.MAX_VALUE, values))
        .fitPositive(x, from, count, size, levels, weights, scales, codes);
  }

  /**
   * Fits {@code x ≈ scale * code}, codes {@code -levels} to {@code levels - 1}, with weights {@code
   * x²}: rounds with the value of greatest magnitude at {@code -levels}, and then up to five rounds
   * in which single codes move to where the weighted error falls. A block of magnitudes below 1e-15
   * has scale 0.
   */
  public static void refined(float[] x, int from, int count, int size, int levels, float[] scales) {
    Objects.checkFromIndexSize(from, Math.multiplyExact((long) count, size), (long) x.length);
    Objects.checkFromIndexSize(0, count, scales.length);
    REFINED.next(count * size).fitRefined(x, from, count, size, levels, scales);
  }

  /**
   * Codes of the block at {@code x[from]} as {@link #refined} leaves them, plus {@code levels}; 0
   * where its scale is 0 because of its magnitudes.
   */
  public static void refinedCodes(float[] x, int from, int size, int levels, byte[] codes, int at) {
    Objects.checkFromIndexSize(from, size, x.length);
    Objects.checkFromIndexSize(at, size, codes.length);
    RefinedFit.codes(x, from, size, levels, codes, at);
  }

  /**
   * Codes on grids that are known: {@code codes[at + b * size + i] = clamp(nearest((x + minima[b])
   * / scales[b]), low, high) - low}, with {@code low} 0 for grids with a minimum. Codes of blocks
   * whose scale is 0 stay as they are.
   *
   * @throws IndexOutOfBoundsException if a range exceeds its array
   */
  public static void codes(
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
    int values = Math.multiplyExact(count, size);
    Objects.checkFromIndexSize(from, values, x.length);
    Objects.checkFromIndexSize(at, values, codes.length);
    Objects.checkFromIndexSize(0, count, scales.length);
    Objects.checkFromIndexSize(0, count, minima.length);
    CODES.next(values).roundBlocks(x, from, count, size, scales, minima, low, high, codes, at);
  }

  /**
   * Codes of levels that are known: {@code codes[at + b * size + i]} is nearest to {@code
   * inverses[b] * x}, the lower of two.
   *
   * @throws IndexOutOfBoundsException if a range exceeds its array
   */
  public static void nearestLevels(
      float[] x,
      int from,
      int count,
      int size,
      float[] inverses,
      RisingLevels levels,
      byte[] codes,
      int at) {
    int values = Math.multiplyExact(count, size);
    Objects.checkFromIndexSize(from, values, x.length);
    Objects.checkFromIndexSize(at, values, codes.length);
    Objects.checkFromIndexSize(0, count, inverses.length);
    LEVELS.next(values).nearestLevels(x, from, count, size, inverses, levels, codes, at);
  }

  /**
   * {@code out[b]} is the value of block {@code b} whose magnitude is greatest, the first of
   * several.
   *
   * @throws IndexOutOfBoundsException if a range exceeds its array
   */
  public static void extremes(float[] x, int from, int count, int size, float[] out) {
    Objects.checkFromIndexSize(from, Math.multiplyExact((long) count, size), (long) x.length);
    Objects.checkFromIndexSize(0, count, out.length);
    EXTREMES.next(count * size).extremes(x, from, count, size, out);
  }

  /**
   * Value {@code i} of block {@code b}, times {@code inverses[b]}, rounded to nearest, ties away
   * from zero, the lower 8 bits of that, into {@code out[at + b * stride + i]}; 0 for products of
   * 2^22 and beyond, and NaN.
   *
   * @throws IndexOutOfBoundsException if a range exceeds its array
   */
  public static void roundAway(
      float[] x, int from, int count, int size, float[] inverses, byte[] out, int at, int stride) {
    checkBlocks(x, from, count, size, inverses, out, at, stride, size);
    ROUNDING.next(count * size).roundAway(x, from, count, size, inverses, out, at, stride);
  }

  /**
   * Codes of 4 bits of blocks of 32: {@code min(15, truncate(x * inverses[b] + 8.5))}, {@link
   * CConversions#truncate} to the lower 8 bits. Codes {@code i} and {@code i + 16} share byte
   * {@code out[at + b * stride + i]}, the first in its low half.
   *
   * @throws IndexOutOfBoundsException if a range exceeds its array
   */
  public static void truncateNibbles(
      float[] x, int from, int count, float[] inverses, byte[] out, int at, int stride) {
    checkBlocks(x, from, count, NIBBLES, inverses, out, at, stride, NIBBLES / 2);
    TRUNCATING.next(count * NIBBLES).truncateNibbles(x, from, count, inverses, out, at, stride);
  }

  private static void checkBlocks(
      float[] x,
      int from,
      int count,
      int size,
      float[] inverses,
      byte[] out,
      int at,
      int stride,
      int bytes) {
    Objects.checkFromIndexSize(from, Math.multiplyExact((long) count, size), (long) x.length);
    Objects.checkFromIndexSize(0, count, inverses.length);
    if (count == 0) return;
    long last = Math.multiplyExact((long) stride, count - 1);
    Objects.checkFromIndexSize(at, Math.addExact(last, bytes), (long) out.length);
  }

  /**
   * Says how much is coming: loops that gain enough from SIMD on so many values have it from the
   * start.
   *
   * @param values that will be searched, in all calls to come
   */
  public static void expect(long values) {
    for (Takeover takeover : ALL) takeover.expect(values);
    Kernels.FINITE.expect(values);
  }
}
