package dev.halftone.kernels;

/**
 * Codes of a floating-point format of 8 bits or less: a sign in the highest bit, then the exponent,
 * then the fraction. The value of a magnitude below {@code 2^fractionBits} is {@code magnitude *
 * 2^(1 - bias - fractionBits)}, of any other {@code (1 + fraction / 2^fractionBits) * 2^(exponent -
 * bias)}.
 *
 * @param bits of a code
 * @param fractionBits bits of the fraction
 * @param bias what is taken from the exponent, at least 1
 * @param highest largest finite magnitude's code
 * @param overflow what a magnitude beyond it becomes without saturation
 * @param nan what NaN becomes; where it is a bit above the magnitude, the sign is exclusive-ored
 * @param signedZero whether there is a code for -0; if there is not, its place is NaN's
 */
public record SmallFloat(
    int bits, int fractionBits, int bias, int highest, int overflow, int nan, boolean signedZero) {

  private static final int INFINITY = 0x7F800000;

  /** Checks that every step of {@link #encode} is exact in float. */
  public SmallFloat {
    if (bits < 3
        || bits > 8
        || fractionBits < 1
        || bias < 1
        || bias > 32
        || highest >= 1 << bits - 1) {
      throw new IllegalArgumentException("not a small float");
    }
  }

  /** The bits of the smallest positive normal number as a float. */
  int smallestNormal() {
    return 128 - bias << 23;
  }

  /** The bits of the power of two that is one exponent beyond all codes. */
  int beyond() {
    return 127 - bias + (1 << bits - 1 - fractionBits) << 23;
  }

  /**
   * The code nearest to {@code value}, of two equally near the one whose last bit is 0.
   *
   * @param saturate whether what is beyond the highest, infinities included, becomes the highest
   *     instead of {@link #overflow}
   */
  public int encode(float value, boolean saturate) {
    return code(
        Float.floatToRawIntBits(value),
        bits,
        fractionBits,
        smallestNormal(),
        beyond(),
        highest,
        saturate ? highest : overflow,
        nan,
        signedZero ? -1 : 0);
  }

  void encode(float[] x, int from, int to, float scale, boolean saturate, byte[] out, int at) {
    int bits = this.bits;
    int fractionBits = this.fractionBits;
    int smallestNormal = smallestNormal();
    int beyond = beyond();
    int highest = this.highest;
    int overflow = saturate ? highest : this.overflow;
    int nan = this.nan;
    int signedZero = this.signedZero ? -1 : 0;
    for (int i = from; i < to; i++) {
      out[at + i - from] =
          (byte)
              code(
                  Float.floatToRawIntBits(x[i] / scale),
                  bits,
                  fractionBits,
                  smallestNormal,
                  beyond,
                  highest,
                  overflow,
                  nan,
                  signedZero);
    }
  }

  /**
   * Free of branches, so that the compiler can vectorise a loop of it. A float whose last place is
   * worth one step of the format at the value's exponent is added: the float addition rounds to
   * nearest even, and the sum's last places are the code.
   */
  private static int code(
      int x,
      int bits,
      int fractionBits,
      int smallestNormal,
      int beyond,
      int highest,
      int overflow,
      int nan,
      int signedZero) {
    int magnitude = x & 0x7FFFFFFF;
    int isNan = INFINITY - magnitude >> 31;
    int bounded = Math.min(magnitude, beyond);
    int exponent = Math.max(bounded & INFINITY, smallestNormal);
    int step = exponent + (23 - fractionBits << 23);
    float sum = Float.intBitsToFloat(bounded) + Float.intBitsToFloat(step);
    int code =
        Float.floatToRawIntBits(sum) - step + (exponent - smallestNormal >> 23 - fractionBits);
    int isBeyond = highest - code >> 31;
    code = code & ~isBeyond | overflow & isBeyond;
    code = code & ~isNan | nan & isNan;
    int sign = (x >>> 31) << bits - 1;
    // Without a signed zero, neither zero nor the NaN in the place of -0 has a sign.
    return code ^ sign & (signedZero | (-code & code - (1 << bits - 1)) >> 31);
  }
}
