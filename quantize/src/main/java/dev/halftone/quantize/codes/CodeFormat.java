package dev.halftone.quantize.codes;

import dev.halftone.tensor.DType;

/**
 * An integer grid. A code {@code q} stands for {@code (q - zeroPoint) * scale}.
 *
 * <p>With a block's values in {@code [low, high]}, widened to contain 0, and codes in {@code [qmin,
 * qmax]}:
 *
 * <ul>
 *   <li>symmetric, 8 bits: {@code scale = 2 max(-low, high) / (qmax - qmin)}, over {@code [-127,
 *       127]} for INT8; the zero point is the middle of the codes, 0 or 128
 *   <li>symmetric, fewer bits: {@code scale = extreme / -2^(bits - 1)}, where {@code extreme} is
 *       the value of largest magnitude with its sign, so that it is met exactly and no code is
 *       wasted; a scale may be negative. As in {@code MatMulNBits} and GGUF's Q4_0
 *   <li>asymmetric: {@code scale = (high - low) / (qmax - qmin)}, {@code zeroPoint = rint(qmin -
 *       low / scale)}
 * </ul>
 *
 * <p>Scales are computed in double precision and rounded once. One below the smallest normal float
 * becomes 1, its zero point the symmetric one: such a block is all zeros to every reader.
 *
 * @param dtype INT8, UINT8, INT4, UINT4, INT2 or UINT2
 * @param reduced 8 bits only: codes use 7 bits, for CPUs whose 8-bit products saturate
 */
public record CodeFormat(DType dtype, boolean symmetric, boolean reduced) {
  public CodeFormat {
    boolean known =
        switch (dtype) {
          case INT8, UINT8, INT4, UINT4, INT2, UINT2 -> true;
          default -> false;
        };
    if (!known) throw new IllegalArgumentException("weights cannot be stored as " + dtype);
    reduced = reduced && dtype.bits() == 8;
  }

  /** Whether codes are two's complement. */
  public boolean signed() {
    return dtype == DType.INT8 || dtype == DType.INT4 || dtype == DType.INT2;
  }

  /** Smallest code that is ever written. */
  public int lowest() {
    if (!signed()) return 0;
    return reduced ? -64 : -(1 << (dtype.bits() - 1));
  }

  /** Largest code that is ever written. */
  public int highest() {
    if (reduced) return signed() ? 64 : 127;
    return (1 << (signed() ? dtype.bits() - 1 : dtype.bits())) - 1;
  }

  /** The zero point of every symmetric block. */
  public int middle() {
    if (signed()) return 0;
    return reduced ? 64 : 1 << (dtype.bits() - 1);
  }

  float scale(float low, float high) {
    double bottom = Math.min(low, 0.0);
    double top = Math.max(high, 0.0);
    float scale;
    if (!symmetric) scale = step(bottom, top);
    else if (dtype.bits() < 8)
      scale = (float) ((top >= -bottom ? top : bottom) / -(1 << (dtype.bits() - 1)));
    else scale = (float) (2 * Math.max(top, -bottom) / (highest() - symmetricLowest()));
    return Math.abs(scale) < Float.MIN_NORMAL ? 1f : scale;
  }

  private float step(double bottom, double top) {
    return (float) ((top - bottom) / (highest() - lowest()));
  }

  private int symmetricLowest() {
    return signed() && !reduced ? -highest() : lowest();
  }

  int zeroPoint(float low, float high, float scale) {
    double bottom = Math.min(low, 0.0);
    if (symmetric || step(bottom, Math.max(high, 0.0)) < Float.MIN_NORMAL) return middle();
    return (int) Math.clamp(Math.rint(lowest() - bottom / scale), lowest(), highest());
  }
}
