package dev.halftone.quantize.codes;

import dev.halftone.tensor.DType;

/**
 * What the codes of a weight stand for, given the scale of a run of them and, on an integer grid,
 * its zero point. Codes have 8 bits or less, or 16.
 */
public sealed interface CodeFormat permits IntegerGrid, ScaledNumbers {
  /** Bits of a packed code. */
  int bits();

  /** Element type of the codes; UINT8, of packed bytes, where there is none for them. */
  DType dtype();

  /** Whether codes have an element type of their own, else they are packed bytes. */
  boolean hasElementType();

  /** The name of the numbers: {@code int4}, {@code fp8-e4m3}, {@code codebook:4}. */
  String name();

  /** Whether every run has the same zero point, {@link #middle}. */
  boolean symmetric();

  /** The code of 0 in a symmetric run, and of what pads a row. */
  int middle();

  /** Whether zero points are two's complement. */
  boolean signed();

  /** Bytes of {@code count} packed codes. */
  default long bytes(long count) {
    return (Math.multiplyExact(count, bits()) + 7) / 8;
  }

  /** Bytes of a code before codes are packed: 2 of 16 bits, the lower one first, else 1. */
  default int width() {
    return bits() > 8 ? 2 : 1;
  }

  /** The value of a code, rounded once. */
  float decode(int code, float scale, int zeroPoint);

  /** The value of the least code. */
  float bottom(float scale, int zeroPoint);

  /** The value of the greatest code. */
  float top(float scale, int zeroPoint);

  /**
   * The scale that lays the codes over a range, computed in double and rounded once. What is below
   * the smallest normal float in magnitude is no scale: the run is as good as zero.
   *
   * @param low least value
   * @param high greatest value; the range is widened to contain 0
   * @param negative whether the scale may be negative
   */
  float scale(float low, float high, boolean negative);

  /** The zero point of a run from {@code low} up with such a scale. */
  int zeroPoint(float low, float scale);

  /**
   * Codes of {@code values[from, from + count)} into {@code codes}, from the code number {@code to}
   * on, {@link #width} bytes each.
   */
  void encode(
      float[] values, int from, int count, float scale, int zeroPoint, byte[] codes, int to);

  /**
   * As {@link #encode}, for neighbours with a scale and a zero point each.
   *
   * @param first index of the first one's scale and zero point
   */
  void encodeColumns(
      float[] values,
      int from,
      int count,
      float[] scales,
      float[] zeroPoints,
      int first,
      byte[] codes,
      int to);

  /**
   * As {@link #encode}, for runs of {@code block} neighbours, the last perhaps shorter, that have a
   * scale and a zero point each, from index {@code first} on.
   */
  void encodeBlocks(
      float[] values,
      int from,
      int count,
      int block,
      float[] scales,
      float[] zeroPoints,
      int first,
      byte[] codes,
      int to);

  /** {@code errors[i] = value - its code's value}, for neighbours with a scale each. */
  void errors(
      float[] values, int from, int count, float[] scales, float[] zeroPoints, float[] errors);
}
