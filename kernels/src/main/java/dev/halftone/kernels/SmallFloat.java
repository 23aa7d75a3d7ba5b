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
    int[] bits = {Float.floatToRawIntBits(value)};
    int[] shifted = {Float.floatToRawIntBits(Math.abs(value) + shift())};
    encode(bits, shifted, 1, saturate);
    return bits[0];
  }

  /** Codes of {@code x[from, to) / scale}, block by block. */
  void encode(float[] x, int from, int to, float scale, boolean saturate, byte[] out, int at) {
    FloatBlock quotients = new FloatBlock(to - from);
    FloatBlock shifted = new FloatBlock(to - from);
    for (int i = from; i < to; i += FloatBlock.SIZE) {
      int count = Math.min(FloatBlock.SIZE, to - i);
      quotients.divide(x, i, count, scale, Float.POSITIVE_INFINITY);
      quotients.takeBits(count);
      shift(quotients.values, shifted.values, count);
      shifted.takeBits(count);
      encode(quotients.bits, shifted.bits, count, saturate);
      quotients.storeBytes(count, out, at + i - from);
    }
  }

  /**
   * A float whose last place is worth one step of the subnormal codes: it rounds what is added to
   * it to nearest even, and the last places of the sum are the code.
   */
  private float shift() {
    return Float.intBitsToFloat(smallestNormal() + (23 - fractionBits << 23));
  }

  private void shift(float[] x, float[] shifted, int count) {
    float shift = shift();
    for (int i = 0; i < count; i++) shifted[i] = Math.abs(x[i]) + shift;
  }

  /**
   * Replaces the bits of floats with codes. Free of branches, so that the compiler vectorises it.
   * The exponent and fraction of a normal number are those of the float, rounded and less the
   * difference of the biases; a carry of the fraction runs into the exponent, as it must.
   *
   * @param shifted the bits of what {@link #shift()} made of the same floats
   */
  private void encode(int[] x, int[] shifted, int count, boolean saturate) {
    int smallestNormal = smallestNormal();
    int dropped = 23 - fractionBits;
    int justBelowHalf = (1 << dropped - 1) - 1;
    int biases = (smallestNormal >> dropped) - (1 << fractionBits);
    int shift = Float.floatToRawIntBits(shift());
    int highest = this.highest;
    int overflow = saturate ? highest : this.overflow;
    int nan = this.nan;
    int sign = 1 << bits - 1;
    int signBit = bits - 1;
    int signedZero = this.signedZero ? -1 : 0;
    for (int i = 0; i < count; i++) {
      int magnitude = x[i] & 0x7FFFFFFF;
      int normal = (magnitude + justBelowHalf + (magnitude >> dropped & 1) >> dropped) - biases;
      int isSubnormal = magnitude - smallestNormal >> 31;
      int code = normal & ~isSubnormal | shifted[i] - shift & isSubnormal;
      int isBeyond = highest - code >> 31;
      code = code & ~isBeyond | overflow & isBeyond;
      int isNan = INFINITY - magnitude >> 31;
      code = code & ~isNan | nan & isNan;
      // Without a signed zero, neither zero nor the NaN in the place of -0 has a sign.
      int hasSign = signedZero | (-code & code - sign) >> 31;
      x[i] = code ^ x[i] >>> 31 << signBit & hasSign;
    }
  }
}
