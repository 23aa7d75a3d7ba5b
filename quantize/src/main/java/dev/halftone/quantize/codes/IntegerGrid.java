package dev.halftone.quantize.codes;

import dev.halftone.kernels.Kernels;
import dev.halftone.number.IntegerFormat;
import dev.halftone.scheme.CodeRange;
import dev.halftone.tensor.DType;

/**
 * An integer grid. A code {@code q} stands for {@code (q - zeroPoint) * scale}.
 *
 * <p>With a run's values in {@code [low, high]}, widened to contain 0, and codes in {@code [qmin,
 * qmax]}:
 *
 * <ul>
 *   <li>symmetric, 8 or 16 bits: {@code scale = 2 max(-low, high) / (qmax - qmin)}, over {@code
 *       [-127, 127]} for INT8; the zero point is the middle of the codes, 0 or 128
 *   <li>symmetric, fewer bits: {@code scale = extreme / -2^(bits - 1)}, where {@code extreme} is
 *       the value of largest magnitude with its sign, so that it is met exactly and no code is
 *       wasted; a scale may be negative. As in {@code MatMulNBits} and GGUF's Q4_0. Where scales
 *       have no sign, {@code scale = max(-low, high) / (qmax - zeroPoint)}
 *   <li>symmetric over the full range, where the scale above would have no sign: {@code scale =
 *       max(high / (qmax - zeroPoint), -low / (zeroPoint - qmin))}, which reaches the lowest code
 *   <li>symmetric over a restricted range: {@code scale = max(-low, high) / (qmax - zeroPoint)},
 *       and the lowest code, which has no counterpart, is not used
 *   <li>asymmetric: {@code scale = (high - low) / (qmax - qmin)}, {@code zeroPoint = rint(qmin -
 *       low / scale)}
 * </ul>
 *
 * @param integers of 2 to 8 bits, or 16
 * @param typed whether codes have an element type of their own, else they are packed bytes
 */
public record IntegerGrid(IntegerFormat integers, boolean symmetric, CodeRange range, boolean typed)
    implements CodeFormat {
  public IntegerGrid {
    if ((integers.bits() > 8 && integers.bits() != 16) || (typed && integers.dtype().isEmpty()))
      throw new IllegalArgumentException("weights cannot be stored as " + integers.name());
    if ((range == CodeRange.RESTRICTED || range == CodeRange.FULL) && !symmetric)
      throw new IllegalArgumentException("a restricted or full range is for symmetric codes");
    if (range == CodeRange.REDUCED && integers.bits() != 8) range = CodeRange.USUAL;
  }

  /** Integers in the element type that there is for them, ternary ones as packed bytes. */
  public IntegerGrid(IntegerFormat integers, boolean symmetric, CodeRange range) {
    this(
        integers,
        symmetric,
        range,
        integers.dtype().isPresent() && integers != IntegerFormat.TERNARY);
  }

  /**
   * Integers of an element type.
   *
   * @param dtype INT8, UINT8, INT4, UINT4, INT2 or UINT2
   * @param reduced 8 bits only: codes use 7 bits, for CPUs whose 8-bit products saturate
   */
  public IntegerGrid(DType dtype, boolean symmetric, boolean reduced) {
    this(dtype, symmetric, reduced ? CodeRange.REDUCED : CodeRange.USUAL);
  }

  /** Integers of an element type in a range; one that is for symmetric codes binds no others. */
  public IntegerGrid(DType dtype, boolean symmetric, CodeRange range) {
    this(
        integers(dtype),
        symmetric,
        symmetric || range == CodeRange.REDUCED ? range : CodeRange.USUAL);
  }

  private static IntegerFormat integers(DType dtype) {
    return switch (dtype) {
      case INT8 -> IntegerFormat.INT8;
      case UINT8 -> IntegerFormat.UINT8;
      case INT4 -> IntegerFormat.INT4;
      case UINT4 -> IntegerFormat.UINT4;
      case INT2 -> IntegerFormat.INT2;
      case UINT2 -> IntegerFormat.UINT2;
      default -> throw new IllegalArgumentException("weights cannot be stored as " + dtype);
    };
  }

  @Override
  public int bits() {
    return integers.bits();
  }

  /** The same integers as packed bytes. */
  public IntegerGrid untyped() {
    return new IntegerGrid(integers, symmetric, range, false);
  }

  @Override
  public DType dtype() {
    return typed ? integers.dtype().orElseThrow() : DType.UINT8;
  }

  @Override
  public boolean hasElementType() {
    return typed;
  }

  @Override
  public String name() {
    return integers.name();
  }

  @Override
  public boolean signed() {
    return integers.isSigned();
  }

  /** Smallest code that is ever written. */
  public int lowest() {
    return switch (range) {
      case USUAL, FULL -> integers.low();
      case RESTRICTED -> 2 * middle() - highest();
      case REDUCED -> signed() ? -64 : 0;
    };
  }

  /** Largest code that is ever written. */
  public int highest() {
    if (range == CodeRange.REDUCED) return signed() ? 64 : 127;
    return integers.high();
  }

  @Override
  public int middle() {
    if (signed()) return 0;
    return range == CodeRange.REDUCED ? 64 : 1 << (bits() - 1);
  }

  @Override
  public float decode(int code, float scale, int zeroPoint) {
    return (code - zeroPoint) * scale;
  }

  @Override
  public float bottom(float scale, int zeroPoint) {
    return (lowest() - zeroPoint) * scale;
  }

  @Override
  public float top(float scale, int zeroPoint) {
    return (highest() - zeroPoint) * scale;
  }

  @Override
  public float scale(float low, float high, boolean negative) {
    double bottom = Math.min(low, 0.0);
    double top = Math.max(high, 0.0);
    if (!symmetric) return (float) ((top - bottom) / (highest() - lowest()));
    double reach = Math.max(top, -bottom);
    boolean even = range == CodeRange.RESTRICTED || integers.low() == -integers.high();
    if (bits() < 8 && !even && negative)
      return (float) ((top >= -bottom ? top : bottom) / (lowest() - middle()));
    if (range == CodeRange.FULL && !even)
      return (float) Math.max(top / (highest() - middle()), -bottom / (middle() - lowest()));
    if (bits() < 8 || even) return (float) (reach / (highest() - middle()));
    return (float) (2 * reach / (highest() - symmetricLowest()));
  }

  private int symmetricLowest() {
    return signed() && range == CodeRange.USUAL ? -highest() : lowest();
  }

  @Override
  public int zeroPoint(float low, float scale) {
    if (symmetric) return middle();
    double bottom = Math.min(low, 0.0);
    return (int) Math.clamp(Math.rint(lowest() - bottom / scale), lowest(), highest());
  }

  @Override
  public void encode(
      float[] values, int from, int count, float scale, int zeroPoint, byte[] codes, int to) {
    int end = from + count;
    if (width() == 1) {
      Kernels.quantize(values, from, end, scale, zeroPoint, lowest(), highest(), codes, to);
      return;
    }
    short[] wide = new short[count];
    Kernels.quantize(values, from, end, scale, zeroPoint, lowest(), highest(), wide, 0);
    put(wide, codes, to);
  }

  @Override
  public void encodeColumns(
      float[] values,
      int from,
      int count,
      float[] scales,
      float[] zeroPoints,
      int first,
      byte[] codes,
      int to) {
    int end = from + count;
    if (width() == 1) {
      Kernels.quantizeColumns(
          values, from, end, scales, zeroPoints, first, lowest(), highest(), codes, to);
      return;
    }
    short[] wide = new short[count];
    Kernels.quantizeColumns(
        values, from, end, scales, zeroPoints, first, lowest(), highest(), wide, 0);
    put(wide, codes, to);
  }

  @Override
  public void encodeBlocks(
      float[] values,
      int from,
      int count,
      int block,
      float[] scales,
      float[] zeroPoints,
      int first,
      byte[] codes,
      int to) {
    int end = from + count;
    if (width() == 1) {
      Kernels.quantizeBlocks(
          values, from, end, block, scales, zeroPoints, first, lowest(), highest(), codes, to);
      return;
    }
    for (int at = 0, run = first; at < count; at += block, run++) {
      int length = Math.min(block, count - at);
      encode(values, from + at, length, scales[run], (int) zeroPoints[run], codes, to + at);
    }
  }

  private static void put(short[] wide, byte[] codes, int to) {
    for (int i = 0; i < wide.length; i++) {
      codes[2 * (to + i)] = (byte) wide[i];
      codes[2 * (to + i) + 1] = (byte) (wide[i] >> 8);
    }
  }

  @Override
  public void errors(
      float[] values, int from, int count, float[] scales, float[] zeroPoints, float[] errors) {
    Kernels.quantizationErrors(
        values, from, from + count, scales, zeroPoints, lowest(), highest(), errors);
  }
}
