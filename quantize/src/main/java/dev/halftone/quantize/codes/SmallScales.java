package dev.halftone.quantize.codes;

import dev.halftone.kernels.Kernels;
import dev.halftone.number.FloatFormat;

/**
 * Scales as FP8 E4M3 numbers times one float for the tensor, as {@link
 * dev.halftone.scheme.ScaleStorage.Float8} says.
 *
 * @param codes 8 bits each
 */
record SmallScales(byte[] codes, float tensorScale) {
  /** Bits of a float's fraction that the tensor's scale leaves 0: 448 is 7 * 2^6. */
  private static final int EXACT = 0xF;

  /** Of scales that are finite and not 0. What {@link #decode} gives is a fixed point. */
  static SmallScales of(float[] scales) {
    float least = Kernels.absMax(scales, 0, scales.length) / FloatFormat.E4M3.highest();
    // Rounded up to 20 bits, so that its product with any code is exact.
    int bits = Float.floatToRawIntBits(Math.max(least, Float.MIN_NORMAL)) + EXACT & ~EXACT;
    float tensorScale = Float.intBitsToFloat(bits);
    byte[] codes = new byte[scales.length];
    for (int i = 0; i < scales.length; i++) {
      int code = FloatFormat.E4M3.encode(Math.abs(scales[i]) / tensorScale);
      // A scale of 0 would lose the whole run, so the least code is 1.
      codes[i] = (byte) (Math.max(code, 1) | (scales[i] < 0 ? 0x80 : 0));
    }
    return new SmallScales(codes, tensorScale);
  }

  /** The scales that a reader sees. */
  void decode(float[] scales) {
    FloatFormat.E4M3.decode(codes, 0, codes.length, tensorScale, scales, 0);
  }
}
