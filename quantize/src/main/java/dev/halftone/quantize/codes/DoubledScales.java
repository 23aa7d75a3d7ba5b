package dev.halftone.quantize.codes;

import dev.halftone.kernels.Kernels;
import dev.halftone.number.IntegerFormat;
import dev.halftone.scheme.ScaleStorage.Doubled;

/**
 * Scales quantized in groups, as {@link Doubled} says.
 *
 * @param codes 8 bits each
 * @param signed whether codes are two's complement
 * @param supers a float for each group
 */
record DoubledScales(byte[] codes, boolean signed, float[] supers) {

  /** Of scales that are finite and not 0. What {@link #decode} gives is a fixed point. */
  static DoubledScales of(float[] scales) {
    boolean signed = false;
    for (float scale : scales) signed |= scale < 0;
    IntegerFormat format = signed ? IntegerFormat.INT8 : IntegerFormat.UINT8;
    byte[] codes = new byte[scales.length];
    float[] supers = new float[Math.ceilDiv(scales.length, Doubled.GROUP)];
    for (int group = 0; group < supers.length; group++) {
      int from = group * Doubled.GROUP;
      int to = Math.min(from + Doubled.GROUP, scales.length);
      float step = Kernels.absMax(scales, from, to) / format.high();
      supers[group] = Math.max(step, Float.MIN_NORMAL);
      for (int i = from; i < to; i++) {
        // A scale of 0 would lose the whole run, so the least code is 1.
        int code = Math.max(1, format.encode(Math.abs(scales[i] / supers[group])));
        codes[i] = (byte) (scales[i] < 0 ? -code : code);
      }
    }
    return new DoubledScales(codes, signed, supers);
  }

  /** The scales that a reader sees. */
  void decode(float[] scales) {
    for (int i = 0; i < scales.length; i++) {
      int code = signed ? codes[i] : codes[i] & 0xFF;
      scales[i] = code * supers[i / Doubled.GROUP];
    }
  }
}
