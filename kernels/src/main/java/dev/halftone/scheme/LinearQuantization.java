package dev.halftone.scheme;

import dev.halftone.number.Casting;
import dev.halftone.number.CodeArray;
import dev.halftone.number.IntegerFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.number.WideFloatFormat;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The scales and zero points of a tensor: {@code code = saturate(round(x / scale) + zeroPoint)} and
 * {@code x = (code - zeroPoint) * scale}, as ONNX QuantizeLinear and DequantizeLinear (25) have it,
 * for integers, 8-bit floats and FLOAT4E2M1.
 *
 * @param scale FLOAT32, FLOAT16, BFLOAT16, FLOAT64 or FLOAT8E8M0, as many as the layout takes
 * @param zeroPoint as many as scales, or one for all; null means 0. Zero points of floating-point
 *     types must be 0
 * @param layout which elements share a scale
 */
public record LinearQuantization(Tensor scale, @Nullable Tensor zeroPoint, ScaleLayout layout) {
  public LinearQuantization {
    if (zeroPoint != null && zeroPoint.count() != 1 && zeroPoint.count() != scale.count())
      throw new IllegalArgumentException(
          "zero points %s for scales %s".formatted(zeroPoint, scale));
  }

  /**
   * Codes of a tensor, in its shape. The quotient is rounded to the type of the scales where that
   * is FLOAT16 or BFLOAT16, else to float; then each format rounds, saturates and treats NaN as it
   * says, integers to nearest even with NaN at the zero point.
   *
   * @param x FLOAT32, FLOAT16, BFLOAT16, or integers
   * @param type of the codes
   * @param saturate whether 8-bit floats saturate
   * @throws IllegalArgumentException if a scale is not positive and finite, the scales are not as
   *     many as the layout takes, or the type cannot be quantized to
   */
  public Tensor quantize(Tensor x, DType type, boolean saturate) {
    require(x);
    CodeArray codes = CodeArray.allocate(type, Math.toIntExact(x.count()));
    int[] zeros = zeroPoints(codes);
    float[] scales = floats(scale);
    for (float divisor : scales) {
      if (!(divisor > 0 && divisor < Float.POSITIVE_INFINITY))
        throw new IllegalArgumentException("scale " + divisor + " is not positive and finite");
    }
    float[] values = x.toFloats();
    layout.runs(
        x.shape(),
        (first, stride, count, entry) -> {
          float[] run = new float[count];
          for (int k = 0; k < count; k++) run[k] = values[first + k * stride];
          float divisor = divide(run, scales[entry], codes.format());
          int zero = zeros[entry % zeros.length];
          CodeArray part = stride == 1 ? codes : codes.like(count);
          part.encode(run, 0, count, divisor, zero, saturate, stride == 1 ? first : 0);
          if (part != codes)
            for (int k = 0; k < count; k++) codes.copy(part, k, first + k * stride);
        });
    return codes.toTensor(x.shape());
  }

  /**
   * Divides where more than the division comes before the code: a rounding to 16 bits, or a zero
   * point of 0, which makes 0 of -0. Gives what is left to divide by.
   */
  private float divide(float[] run, float divisor, NumberFormat format) {
    @Nullable WideFloatFormat precision =
        switch (scale.dtype()) {
          case FLOAT16 -> WideFloatFormat.FP16;
          case BFLOAT16 -> WideFloatFormat.BF16;
          default -> null;
        };
    boolean adds = zeroPoint != null && !(format instanceof IntegerFormat);
    if (precision == null && !adds) return divisor;
    for (int k = 0; k < run.length; k++) run[k] = run[k] / divisor + (adds ? 0f : -0f);
    if (precision == null) return 1f;
    short[] quotients = new short[run.length];
    precision.encode(run, 0, run.length, 1f, false, quotients, 0);
    precision.decode(quotients, 0, run.length, 1f, run, 0);
    return 1f;
  }

  /** Values of a tensor's codes in the type of the scales; FLOAT32 where these are FLOAT8E8M0. */
  public Tensor dequantize(Tensor codes) {
    return dequantize(codes, scale.dtype() == DType.FLOAT8E8M0 ? DType.FLOAT32 : scale.dtype());
  }

  /**
   * Values of a tensor's codes, in its shape; the product is rounded to float, then to the type
   * asked for.
   *
   * @param type FLOAT32, FLOAT16 or BFLOAT16
   * @throws IllegalArgumentException if the scales are not as many as the layout takes, or the
   *     codes are of no type that is quantized to
   */
  public Tensor dequantize(Tensor codes, DType type) {
    require(codes);
    CodeArray array = CodeArray.of(codes);
    int[] zeros = zeroPoints(array);
    float[] scales = floats(scale);
    float[] values = new float[array.count()];
    layout.runs(
        codes.shape(),
        (first, stride, count, entry) -> {
          int zero = zeros[entry % zeros.length];
          if (stride == 1) {
            array.decode(first, first + count, scales[entry], zero, values, first);
            return;
          }
          CodeArray part = array.like(count);
          for (int k = 0; k < count; k++) part.copy(array, first + k * stride, k);
          float[] run = new float[count];
          part.decode(0, count, scales[entry], zero, run, 0);
          for (int k = 0; k < count; k++) values[first + k * stride] = run[k];
        });
    return Casting.cast(Tensor.ofFloats(values, codes.shape()), type);
  }

  private void require(Tensor tensor) {
    if (layout.entries(tensor.shape()) != scale.count())
      throw new IllegalArgumentException("%s for %s".formatted(scale, tensor));
  }

  private static float[] floats(Tensor tensor) {
    return Casting.cast(tensor, DType.FLOAT32).toFloats();
  }

  private int[] zeroPoints(CodeArray codes) {
    if (zeroPoint == null || zeroPoint.count() == 0) return new int[1];
    if (codes.format() instanceof IntegerFormat)
      return Arrays.stream(zeroPoint.toLongs()).mapToInt(Math::toIntExact).toArray();
    for (float zero : floats(zeroPoint)) {
      if (zero != 0)
        throw new IllegalArgumentException(
            "zero point %s of %s; it must be 0".formatted(zero, codes.format().name()));
    }
    return new int[1];
  }
}
