package dev.halftone.kernels;

import java.util.Objects;

/**
 * Numeric loops over float arrays. This facade checks the arguments; a provider computes: plain
 * loops, and where the JVM runs with {@code --add-modules jdk.incubator.vector}, SIMD for each loop
 * that has had enough to do. Both give the same bits.
 *
 * <p>All ranges are half open. Nothing is allocated but small results. Indices out of bounds give
 * {@link IndexOutOfBoundsException}, values out of the stated bounds {@link
 * IllegalArgumentException}. Thread-safe.
 */
public final class Kernels {
  /** Bins of {@link #histogram} for each sign. */
  public static final int BINS_PER_SIGN = 1 << 13;

  /**
   * Smallest exponent of {@link #histogram}: the bin width stays far above what a float can hold.
   */
  public static final int MIN_HISTOGRAM_EXPONENT = -114;

  /** Largest exponent of {@link #histogram}: every finite float is below 2^128. */
  public static final int MAX_HISTOGRAM_EXPONENT = 128;

  /** Slot of {@link #histogram} for zeros of either sign. */
  public static final int ZERO_SLOT = 2 * BINS_PER_SIGN;

  /** Slot of {@link #histogram} for what lies outside of the bins, NaN included. */
  public static final int OUTSIDE_SLOT = ZERO_SLOT + 1;

  /** Slots of one partial histogram: the bins and those two. */
  public static final int HISTOGRAM_SLOTS = OUTSIDE_SLOT + 1;

  /** Partial histograms that {@link #histogram} spreads its counts over. */
  public static final int HISTOGRAM_PARTS = 4;

  // The same as below on an Emerald Rapids.
  static final Takeover FINITE = Takeover.ofSmallLoop(0.25);

  // What SIMD gains over the plain loop, in nanoseconds an element, on a Zen 3 core.
  private static final Takeover QUANTIZE = new Takeover(0.2);
  private static final Takeover COLUMNS = new Takeover(0.5);
  private static final Takeover BLOCKS = new Takeover(0.7);
  private static final Takeover HISTOGRAM = new Takeover(1.2);
  private static final Takeover BFLOAT16 = new Takeover(0.5);
  private static final Takeover SMALL_FLOATS = new Takeover(1.1);
  private static final Takeover PACKING = new Takeover(0.2);
  private static final Takeover LEVELS = new Takeover(1.5);

  /** Strided accumulators of the sums. */
  static final int ACCUMULATORS = 256;

  private Kernels() {}

  /**
   * Who computes where there is much to do: {@code scalar}, or {@code vector} and the bits of a
   * register ({@code vector512}).
   */
  public static String provider() {
    return KernelProvider.best().name();
  }

  /**
   * Least and greatest finite element of {@code x[from, to)} and how many elements are finite, NaN,
   * infinite.
   */
  public static FiniteRange finiteRange(float[] x, int from, int to) {
    Objects.checkFromToIndex(from, to, x.length);
    return KernelProvider.PLAIN.finiteRange(x, from, to);
  }

  /** Whether no element of {@code x[from, to)} is NaN or infinite. */
  public static boolean allFinite(float[] x, int from, int to) {
    Objects.checkFromToIndex(from, to, x.length);
    return FINITE.next(to - from).allFinite(x, from, to);
  }

  /** Largest magnitude in {@code x[from, to)}, 0 when empty; NaN if any element is NaN. */
  public static float absMax(float[] x, int from, int to) {
    Objects.checkFromToIndex(from, to, x.length);
    return KernelProvider.PLAIN.absMax(x, from, to);
  }

  /**
   * Lowers {@code min[c]} and raises {@code max[c]} to the finite elements of channel {@code c} of
   * {@code x[from, …)} seen as {@code [outer, channels, inner]}. Called block by block it gives the
   * ranges of a whole weight: start with positive and negative infinity. NaN and infinities are
   * passed over; a zero is stored as +0.
   */
  public static void channelRanges(
      float[] x, int from, int outer, int channels, int inner, float[] min, float[] max) {
    if (outer < 0 || channels < 0 || inner < 0) {
      throw new IllegalArgumentException(
          "shape [%d, %d, %d] is negative".formatted(outer, channels, inner));
    }
    Objects.checkFromIndexSize(
        from,
        Math.multiplyExact(Math.multiplyExact((long) outer, channels), inner),
        (long) x.length);
    Objects.checkFromIndexSize(0, channels, min.length);
    Objects.checkFromIndexSize(0, channels, max.length);
    KernelProvider.PLAIN.channelRanges(x, from, outer, channels, inner, min, max);
  }

  /**
   * Codes of 8 bits or less: {@code out[at + i] = clamp(rint(x[from + i] / scale) + zeroPoint, low,
   * high)}, the low 8 bits of it. The division is a float division and rint rounds half to even, as
   * ONNX QuantizeLinear says. Infinities saturate; NaN, of which ONNX says nothing, becomes {@code
   * zeroPoint}, the code of 0.
   *
   * @param scale finite and not 0; a negative one, as 4-bit formats have it, mirrors the grid
   * @param zeroPoint within {@code [low, high]}
   * @param low at least -128
   * @param high at most 255
   */
  public static void quantize(
      float[] x,
      int from,
      int to,
      float scale,
      int zeroPoint,
      int low,
      int high,
      byte[] out,
      int at) {
    Objects.checkFromToIndex(from, to, x.length);
    Objects.checkFromIndexSize(at, to - from, out.length);
    QUANTIZE.next(to - from).quantize(x, from, to, grid(scale, zeroPoint, low, high, 8), out, at);
  }

  /**
   * Codes of 16 bits, as {@link #quantize(float[], int, int, float, int, int, int, byte[], int)}
   * gives those of 8.
   */
  public static void quantize(
      float[] x,
      int from,
      int to,
      float scale,
      int zeroPoint,
      int low,
      int high,
      short[] out,
      int at) {
    Objects.checkFromToIndex(from, to, x.length);
    Objects.checkFromIndexSize(at, to - from, out.length);
    QUANTIZE.next(to - from).quantize(x, from, to, grid(scale, zeroPoint, low, high, 16), out, at);
  }

  /**
   * What quantization loses of neighbours that have a scale and a zero point each: {@code out[i] =
   * x[from + i] - (code - zeroPoints[i]) * scales[i]}, the code as {@link #quantizeColumns(float[],
   * int, int, float[], float[], int, int, int, byte[], int)} gives it, in up to 16 bits, the
   * product and the difference rounded to float.
   *
   * @param out {@code to - from} elements are written from 0 on
   */
  public static void quantizationErrors(
      float[] x,
      int from,
      int to,
      float[] scales,
      float[] zeroPoints,
      int low,
      int high,
      float[] out) {
    Objects.checkFromToIndex(from, to, x.length);
    Objects.checkFromIndexSize(0, to - from, scales.length);
    Objects.checkFromIndexSize(0, to - from, zeroPoints.length);
    Objects.checkFromIndexSize(0, to - from, out.length);
    checkCodes(low, high, 16);
    KernelProvider.PLAIN.quantizationErrors(x, from, to, scales, zeroPoints, low, high, out);
  }

  /** {@code sums[i] += x[from + i]^2} for each column of a matrix's row, in double. */
  public static void addSquares(float[] x, int from, int to, double[] sums) {
    Objects.checkFromToIndex(from, to, x.length);
    Objects.checkFromIndexSize(0, to - from, sums.length);
    KernelProvider.PLAIN.addSquares(x, from, to, sums);
  }

  private static KernelSupport.Grid grid(float scale, int zeroPoint, int low, int high, int bits) {
    checkScale(scale);
    checkCodes(low, high, bits);
    if (zeroPoint < low || zeroPoint > high) {
      throw new IllegalArgumentException(
          "zero point %d is not within [%d, %d]".formatted(zeroPoint, low, high));
    }
    return new KernelSupport.Grid(scale, zeroPoint, low, high);
  }

  private static void checkCodes(int low, int high, int bits) {
    if (low < -(1 << (bits - 1)) || high >= 1 << bits || (long) high - low >= 1 << bits) {
      throw new IllegalArgumentException(
          "codes [%d, %d] do not fit %d bits".formatted(low, high, bits));
    }
  }

  private static void checkScale(float scale) {
    if (!(Math.abs(scale) > 0 && Math.abs(scale) < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("scale " + scale + " is 0 or not finite");
    }
  }

  /**
   * Codes of neighbours that have a scale and a zero point each, as the columns of a matrix do:
   * {@code out[at + i] = clamp(rint(x[from + i] / scales[first + i]) + zeroPoints[first + i], low,
   * high)}, otherwise as {@link #quantize(float[], int, int, float, int, int, int, byte[], int)}.
   *
   * @param scales each finite and not 0; this is not checked, the loop being short
   * @param zeroPoints integers within {@code [low, high]}, as floats so that the loop has one type
   */
  public static void quantizeColumns(
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
    Objects.checkFromToIndex(from, to, x.length);
    Objects.checkFromIndexSize(at, to - from, out.length);
    Objects.checkFromIndexSize(first, to - from, scales.length);
    Objects.checkFromIndexSize(first, to - from, zeroPoints.length);
    checkCodes(low, high, 8);
    COLUMNS
        .next(to - from)
        .quantizeColumns(x, from, to, scales, zeroPoints, first, low, high, out, at);
  }

  /**
   * Codes of 16 bits, as {@link #quantizeColumns(float[], int, int, float[], float[], int, int,
   * int, byte[], int)} gives those of 8.
   */
  public static void quantizeColumns(
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
    Objects.checkFromToIndex(from, to, x.length);
    Objects.checkFromIndexSize(at, to - from, out.length);
    Objects.checkFromIndexSize(first, to - from, scales.length);
    Objects.checkFromIndexSize(first, to - from, zeroPoints.length);
    checkCodes(low, high, 16);
    KernelProvider.PLAIN.quantizeColumns(
        x, from, to, scales, zeroPoints, first, low, high, out, at);
  }

  /**
   * Codes of runs of {@code block} neighbours, the last perhaps shorter, that have a scale and a
   * zero point each: element {@code from + i} has those of index {@code first + i / block},
   * otherwise as {@link #quantizeColumns(float[], int, int, float[], float[], int, int, int,
   * byte[], int)}.
   *
   * @param block at least 1
   */
  public static void quantizeBlocks(
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
    if (block < 1) throw new IllegalArgumentException("blocks of " + block + " elements");
    Objects.checkFromToIndex(from, to, x.length);
    Objects.checkFromIndexSize(at, to - from, out.length);
    int blocks = Math.ceilDiv(to - from, block);
    Objects.checkFromIndexSize(first, blocks, scales.length);
    Objects.checkFromIndexSize(first, blocks, zeroPoints.length);
    checkCodes(low, high, 8);
    BLOCKS
        .next(to - from)
        .quantizeBlocks(x, from, to, block, scales, zeroPoints, first, low, high, out, at);
  }

  /**
   * Values of 8-bit codes: {@code out[at + i] = (code - zeroPoint) * scale}, rounded once, as ONNX
   * DequantizeLinear says.
   *
   * @param signed whether a byte stands for [-128, 127] or [0, 255]
   * @param zeroPoint within ±65535
   */
  public static void dequantize(
      byte[] codes,
      int from,
      int to,
      boolean signed,
      float scale,
      int zeroPoint,
      float[] out,
      int at) {
    Objects.checkFromToIndex(from, to, codes.length);
    Objects.checkFromIndexSize(at, to - from, out.length);
    checkZeroPoint(zeroPoint);
    KernelProvider.PLAIN.dequantize(codes, from, to, signed, scale, zeroPoint, out, at);
  }

  /**
   * Values of 16-bit codes, as {@link #dequantize(byte[], int, int, boolean, float, int, float[],
   * int)} gives those of 8.
   */
  public static void dequantize(
      short[] codes,
      int from,
      int to,
      boolean signed,
      float scale,
      int zeroPoint,
      float[] out,
      int at) {
    Objects.checkFromToIndex(from, to, codes.length);
    Objects.checkFromIndexSize(at, to - from, out.length);
    checkZeroPoint(zeroPoint);
    KernelProvider.PLAIN.dequantize(codes, from, to, signed, scale, zeroPoint, out, at);
  }

  private static void checkZeroPoint(int zeroPoint) {
    // Keeps code - zeroPoint below 2^24, so that it is exact as a float.
    if (Math.abs(zeroPoint) > 0xFFFF || zeroPoint == Integer.MIN_VALUE) {
      throw new IllegalArgumentException("zero point " + zeroPoint + " is not within ±65535");
    }
  }

  /**
   * Packs the low {@code bits} of each of {@code codes[from, to)} into {@code out} from byte {@code
   * at} on, the first code in the lowest bits (ONNX's order for 4- and 2-bit tensors): bit {@code
   * b} of code {@code i} is bit {@code (i * bits + b) mod 8} of byte {@code (i * bits + b) / 8}.
   * Unused high bits of the last byte are 0.
   *
   * @param bits 1 to 7
   */
  public static void pack(byte[] codes, int from, int to, int bits, byte[] out, int at) {
    checkBits(bits);
    Objects.checkFromToIndex(from, to, codes.length);
    Objects.checkFromIndexSize(at, packedBytes(to - from, bits), out.length);
    PACKING.next(to - from).pack(codes, from, to, bits, out, at);
  }

  /**
   * The reverse of {@link #pack}: fills {@code codes[from, to)} from {@code packed}, starting at
   * byte {@code at}.
   *
   * @param signed whether the highest of the bits is a sign
   */
  public static void unpack(
      byte[] packed, int at, int bits, boolean signed, byte[] codes, int from, int to) {
    checkBits(bits);
    Objects.checkFromToIndex(from, to, codes.length);
    Objects.checkFromIndexSize(at, packedBytes(to - from, bits), packed.length);
    PACKING.next(to - from).unpack(packed, at, bits, signed, codes, from, to);
  }

  private static void checkBits(int bits) {
    if (bits < 1 || bits > 7)
      throw new IllegalArgumentException(bits + " bits; 1 to 7 can be packed");
  }

  /** Bytes that {@code count} packed codes take. */
  public static int packedBytes(int count, int bits) {
    return (int) (((long) count * bits + 7) / 8);
  }

  /**
   * Sum of the squares of {@code x[from, to)} in double, in an order that depends on nothing but
   * the length: 256 accumulators, of which number {@code (i - from) mod 256} takes element {@code
   * i} in ascending order; at the end {@code a[j] += a[j + 128]} for the first 128, then {@code
   * a[j] += a[j + 64]} for the first 64, and so on. The squares are exact. NaN and infinities
   * propagate; 0 when empty. The relative error is below {@code (n / 256 + 9) * 2^-53}.
   */
  public static double sumOfSquares(float[] x, int from, int to) {
    Objects.checkFromToIndex(from, to, x.length);
    return KernelProvider.PLAIN.sumOfSquares(x, from, to);
  }

  /**
   * Sum of {@code (x[from + i] - y[at + i])^2} over {@code length} elements, each step in double,
   * in the order of {@link #sumOfSquares}.
   */
  public static double sumOfSquaredDifferences(float[] x, int from, float[] y, int at, int length) {
    Objects.checkFromIndexSize(from, length, x.length);
    Objects.checkFromIndexSize(at, length, y.length);
    return KernelProvider.PLAIN.sumOfSquaredDifferences(x, from, y, at, length);
  }

  /**
   * Counts {@code x[from, to)} into bins of equal width {@code 2^exponent / BINS_PER_SIGN} over
   * (-2^exponent, 2^exponent). An element of magnitude {@code m} lies in bin number {@code b =
   * floor(m / width)} of its sign: slot {@code BINS_PER_SIGN + b} when positive, slot {@code
   * BINS_PER_SIGN - 1 - b} when negative. Zeros go to {@link #ZERO_SLOT}, NaN and what reaches
   * 2^exponent in magnitude to {@link #OUTSIDE_SLOT}. The width being a power of two, no rounding
   * is involved.
   *
   * <p>A loop that increments one counter over and over waits for its own stores, so the counts are
   * spread over {@link #HISTOGRAM_PARTS} partial histograms, one after the other in {@code counts};
   * which element goes to which is not said, only their sum is. Counts wrap at 2^32: add them
   * elsewhere before 2^31 elements.
   *
   * @param exponent from {@link #MIN_HISTOGRAM_EXPONENT} to {@link #MAX_HISTOGRAM_EXPONENT}
   * @param counts {@link #HISTOGRAM_PARTS} × {@link #HISTOGRAM_SLOTS} counters, added to
   */
  public static void histogram(float[] x, int from, int to, int exponent, int[] counts) {
    Objects.checkFromToIndex(from, to, x.length);
    if (exponent < MIN_HISTOGRAM_EXPONENT || exponent > MAX_HISTOGRAM_EXPONENT) {
      throw new IllegalArgumentException("exponent " + exponent + " is out of range");
    }
    if (counts.length != HISTOGRAM_PARTS * HISTOGRAM_SLOTS) {
      throw new IllegalArgumentException(
          "%d counters, expected %d".formatted(counts.length, HISTOGRAM_PARTS * HISTOGRAM_SLOTS));
    }
    HISTOGRAM.next(to - from).histogram(x, from, to, exponent, counts);
  }

  /**
   * Codes of a small floating-point format: {@code out[at + i] = format.encode(x[from + i] / scale,
   * saturate)}. The division is a float division.
   *
   * @param scale finite and not 0
   */
  public static void encode(
      float[] x,
      int from,
      int to,
      float scale,
      SmallFloat format,
      boolean saturate,
      byte[] out,
      int at) {
    checkScaled(from, to, x.length, scale, at, out.length);
    SMALL_FLOATS.next(to - from).encode(x, from, to, scale, format, saturate, out, at);
  }

  /**
   * Codes of the levels nearest to {@code x[from, to) / scale}.
   *
   * @param scale finite and not 0
   */
  public static void encode(
      float[] x, int from, int to, float scale, Levels levels, byte[] out, int at) {
    checkScaled(from, to, x.length, scale, at, out.length);
    LEVELS.next(to - from).encode(x, from, to, scale, levels, out, at);
  }

  /**
   * Values of codes from a table: {@code out[at + i] = table[code] * scale}. A code is a byte
   * without its sign.
   *
   * @param table value of every code that occurs
   */
  public static void decode(
      byte[] codes, int from, int to, float scale, float[] table, float[] out, int at) {
    checkScaled(from, to, codes.length, scale, at, out.length);
    KernelProvider.PLAIN.decode(codes, from, to, scale, table, out, at);
  }

  private static void checkScaled(
      int from, int to, int length, float scale, int at, int outLength) {
    Objects.checkFromToIndex(from, to, length);
    Objects.checkFromIndexSize(at, to - from, outLength);
    checkScale(scale);
  }

  /**
   * Rounds to IEEE half precision, to nearest even, as {@link Float#floatToFloat16} does; NaN stays
   * NaN.
   *
   * @return how many finite elements became infinite (magnitude 65520 or more)
   */
  public static long toFloat16(float[] x, int from, int to, short[] out, int at) {
    Objects.checkFromToIndex(from, to, x.length);
    Objects.checkFromIndexSize(at, to - from, out.length);
    toFloat16(x, from, to, 1f, Float.POSITIVE_INFINITY, out, at);
    // The largest half is 65504; from the middle between it and 65536 on, nearest-even rounds up.
    return KernelProvider.PLAIN.countFiniteFrom(x, from, to, 65520f);
  }

  /**
   * Rounds to bfloat16, the upper half of a float, to nearest even; NaN stays NaN and becomes
   * quiet.
   *
   * @return how many finite elements became infinite
   */
  public static long toBFloat16(float[] x, int from, int to, short[] out, int at) {
    Objects.checkFromToIndex(from, to, x.length);
    Objects.checkFromIndexSize(at, to - from, out.length);
    toBFloat16(x, from, to, 1f, Float.POSITIVE_INFINITY, out, at);
    // The largest bfloat16 is 0x7F7F0000; from the middle between it and the next on, nearest-even
    // rounds up.
    return KernelProvider.PLAIN.countFiniteFrom(x, from, to, Float.intBitsToFloat(0x7F7F8000));
  }

  /**
   * Rounds {@code x / scale}, brought within ±{@code limit}, as {@link #toFloat16(float[], int,
   * int, short[], int)} rounds {@code x}.
   *
   * @param scale finite and not 0
   * @param limit infinity for none
   */
  public static void toFloat16(
      float[] x, int from, int to, float scale, float limit, short[] out, int at) {
    checkScaled(from, to, x.length, scale, at, out.length);
    KernelProvider.PLAIN.toFloat16(x, from, to, scale, limit, out, at);
  }

  /**
   * Rounds {@code x / scale}, brought within ±{@code limit}, as {@link #toBFloat16(float[], int,
   * int, short[], int)} rounds {@code x}.
   */
  public static void toBFloat16(
      float[] x, int from, int to, float scale, float limit, short[] out, int at) {
    checkScaled(from, to, x.length, scale, at, out.length);
    BFLOAT16.next(to - from).toBFloat16(x, from, to, scale, limit, out, at);
  }

  /** Values of IEEE half precision: {@code out[at + i] = half * scale}. */
  public static void fromFloat16(
      short[] halves, int from, int to, float scale, float[] out, int at) {
    checkScaled(from, to, halves.length, scale, at, out.length);
    KernelProvider.PLAIN.fromFloat16(halves, from, to, scale, out, at);
  }

  /** Values of bfloat16: {@code out[at + i] = half * scale}. */
  public static void fromBFloat16(
      short[] halves, int from, int to, float scale, float[] out, int at) {
    checkScaled(from, to, halves.length, scale, at, out.length);
    KernelProvider.PLAIN.fromBFloat16(halves, from, to, scale, out, at);
  }

  /**
   * The highest {@code bits} of a float, rounded to nearest even: 16 give bfloat16, 19 TF32. NaN
   * stays NaN and becomes quiet.
   *
   * @param bits 10 to 31
   */
  public static int upperBits(float value, int bits) {
    return ScalarKernels.upperBits(Float.floatToRawIntBits(value), bits);
  }
}
