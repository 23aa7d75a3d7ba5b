package dev.halftone.scheme;

import dev.halftone.kernels.Kernels;
import dev.halftone.number.IntegerFormat;
import dev.halftone.tensor.DType;

/**
 * What ties codes to real numbers: {@code real = (code - zeroPoint) * scale} and {@code code =
 * clamp(rint(real / scale) + zeroPoint)}, as ONNX DequantizeLinear and QuantizeLinear have it.
 *
 * @param scale real numbers per code; positive and finite
 * @param zeroPoint code of 0
 * @param type of the codes
 */
public record QuantizationParameters(float scale, int zeroPoint, DType type) {
  public QuantizationParameters {
    if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("scale " + scale + " is not positive and finite");
    }
    Codes codes = Codes.all(type);
    if (zeroPoint < codes.low() || zeroPoint > codes.high()) {
      throw new IllegalArgumentException(
          "zero point %d is not a code of %s".formatted(zeroPoint, type));
    }
  }

  /**
   * Lays the codes over the range, as ONNX Runtime's quantizer does (compute_scale_zp), in double:
   *
   * <pre>
   * asymmetric: scale = (high - low) / (codeHigh - codeLow), zeroPoint = rint(codeLow - low / scale)
   * symmetric:  a = max(-low, high), scale = 2 a / (codeHigh - codeLow), zeroPoint = rint((codeLow + codeHigh) / 2)
   * </pre>
   *
   * rint rounds half to even, so symmetric UINT8 has zero point 128. The scale is then rounded to
   * float. A scale below the smallest normal float (a tensor of nothing but zeros) becomes 1 with
   * zero point 0.
   */
  public static QuantizationParameters of(
      Range range, DType type, boolean symmetric, boolean reduceRange) {
    Codes codes = Codes.of(type, symmetric, reduceRange);
    double low = symmetric ? -range.absMax() : range.low();
    double high = symmetric ? range.absMax() : range.high();
    double scale = (high - low) / (codes.high() - codes.low());
    if (scale < Float.MIN_NORMAL) return new QuantizationParameters(1f, 0, type);
    double zeroPoint = symmetric ? (codes.low() + codes.high()) / 2.0 : codes.low() - low / scale;
    return new QuantizationParameters(
        (float) Math.min(scale, Float.MAX_VALUE), (int) Math.rint(zeroPoint), type);
  }

  /**
   * What ONNX DynamicQuantizeLinear (11) finds for UINT8, in float:
   *
   * <pre>
   * scale = (high - low) / 255, zeroPoint = rint(clamp(0 - low / scale, 0, 255))
   * </pre>
   *
   * The operator says nothing of a range of nothing but 0 (scale 0); here it has scale 1 and zero
   * point 0, as in {@link #of}.
   */
  public static QuantizationParameters dynamic(Range range) {
    float scale = Math.min((range.high() - range.low()) / 255f, Float.MAX_VALUE);
    if (scale < Float.MIN_NORMAL) return new QuantizationParameters(1f, 0, DType.UINT8);
    int zeroPoint = (int) Math.rint(Math.clamp(0f - range.low() / scale, 0f, 255f));
    return new QuantizationParameters(scale, zeroPoint, DType.UINT8);
  }

  /** What the codes can stand for: from the lowest code of the type to the highest. */
  public Range representable() {
    Codes codes = Codes.all(type);
    return new Range(
        finite((codes.low() - zeroPoint) * (double) scale),
        finite((codes.high() - zeroPoint) * (double) scale));
  }

  private static float finite(double value) {
    return (float) Math.clamp(value, -Float.MAX_VALUE, Float.MAX_VALUE);
  }

  /**
   * The code of a number that is known in double, the quotient in double too; NaN becomes the zero
   * point.
   */
  public int code(double real) {
    Codes codes = Codes.all(type);
    long code = (long) IntegerFormat.INT32.nearest(real / scale) + zeroPoint;
    return Math.clamp(code, codes.low(), codes.high());
  }

  /**
   * Codes of {@code x[from, to)} into {@code out[at, …)}, for types of 8 bits and less, one byte
   * each; NaN becomes the zero point.
   */
  public void quantize(float[] x, int from, int to, byte[] out, int at) {
    requireBits(type.bits() <= 8);
    Codes codes = Codes.all(type);
    Kernels.quantize(x, from, to, scale, zeroPoint, codes.low(), codes.high(), out, at);
  }

  /**
   * Codes of {@code x[from, to)} into {@code out[at, …)}, for types of 16 bits; NaN becomes the
   * zero point.
   */
  public void quantize(float[] x, int from, int to, short[] out, int at) {
    requireBits(type.bits() == 16);
    Codes codes = Codes.all(type);
    Kernels.quantize(x, from, to, scale, zeroPoint, codes.low(), codes.high(), out, at);
  }

  /** Real numbers of the codes, one byte each, for types of 8 bits and less. */
  public void dequantize(byte[] codes, int from, int to, float[] out, int at) {
    requireBits(type.bits() <= 8);
    Kernels.dequantize(codes, from, to, Codes.all(type).low() < 0, scale, zeroPoint, out, at);
  }

  /** Real numbers of the codes, for types of 16 bits. */
  public void dequantize(short[] codes, int from, int to, float[] out, int at) {
    requireBits(type.bits() == 16);
    Kernels.dequantize(codes, from, to, Codes.all(type).low() < 0, scale, zeroPoint, out, at);
  }

  private void requireBits(boolean fits) {
    if (!fits)
      throw new IllegalArgumentException(
          "codes of " + type + " do not go with arrays of that width");
  }
}
