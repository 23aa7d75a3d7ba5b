package dev.halftone.number;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;

/**
 * Element types into each other, as ONNX Cast does (ONNX operators, Cast, 25), between FLOAT64,
 * FLOAT32 and every type of 16 bits or less that a {@link NumberFormat} stands for.
 *
 * <ul>
 *   <li>To a floating-point type: rounded once, to nearest, ties to even, from FLOAT64 as well; 16
 *       bits and more do not saturate, FLOAT4E2M1 always does.
 *   <li>To FLOAT8E8M0: {@link ExponentFormat#encode(float, PowerOfTwo, boolean)}.
 *   <li>To an integer: cut off toward 0. What is out of range is undefined in ONNX; here it keeps
 *       its low bits, as ONNX's reference does, and NaN becomes 0.
 * </ul>
 */
public final class Casting {
  private Casting() {}

  /** As {@link #cast(Tensor, DType, boolean, PowerOfTwo)}, with what ONNX has by default. */
  public static Tensor cast(Tensor x, DType to) {
    return cast(x, to, true, PowerOfTwo.CEIL);
  }

  /**
   * The tensor in another element type.
   *
   * @param saturate whether 8-bit floats saturate
   * @param rounding to FLOAT8E8M0; ONNX Cast's {@code round_mode} {@code up} is {@link
   *     PowerOfTwo#CEIL}, {@code down} {@link PowerOfTwo#FLOOR}, {@code nearest} {@link
   *     PowerOfTwo#ROUND}
   * @throws IllegalArgumentException if a type is not among those above
   */
  public static Tensor cast(Tensor x, DType to, boolean saturate, PowerOfTwo rounding) {
    if (x.dtype() == to) return x;
    if (to == DType.FLOAT64) return widened(values(x), x.shape());
    if (to == DType.FLOAT32) {
      return Tensor.ofFloats(x.dtype() == DType.FLOAT64 ? x.toFloats() : values(x), x.shape());
    }
    CodeArray codes = CodeArray.allocate(to, Math.toIntExact(x.count()));
    float[] values = values(x);
    switch (codes.format()) {
      case IntegerFormat integers -> {
        for (int i = 0; i < values.length; i++) codes.set(i, (int) values[i]);
      }
      case ExponentFormat exponents -> {
        for (int i = 0; i < values.length; i++)
          codes.set(i, exponents.encode(values[i], rounding, saturate));
      }
      case WideFloatFormat halves -> codes.encode(values, 0, values.length, 1f, 0, false, 0);
      case FloatFormat floats -> codes.encode(values, 0, values.length, 1f, 0, saturate, 0);
      case LevelFormat levels -> codes.encode(values, 0, values.length, 1f, 0, saturate, 0);
    }
    return codes.toTensor(x.shape());
  }

  /**
   * The elements as floats: exact, but those of FLOAT64, which are rounded to odd.
   *
   * @throws IllegalArgumentException if the type is not among those above
   */
  static float[] values(Tensor x) {
    if (x.dtype() == DType.FLOAT32) return x.toFloats();
    if (x.dtype() == DType.FLOAT64) return toOdd(x);
    CodeArray codes = CodeArray.of(x);
    if (codes.format().bits() > 16)
      throw new IllegalArgumentException(x.dtype() + " is not cast exactly");
    float[] values = new float[codes.count()];
    codes.decode(0, values.length, 1f, 0, values, 0);
    return values;
  }

  /**
   * Of the two floats around a double that is none, the one with an odd last bit: it is no tie of
   * any narrower format, so a second rounding gives what one alone would (Boldo and Melquiond,
   * "Emulation of FMA and correctly rounded sums", 2008).
   */
  private static float[] toOdd(Tensor x) {
    double[] doubles = x.toDoubles();
    float[] odd = new float[doubles.length];
    for (int i = 0; i < odd.length; i++) {
      float near = (float) doubles[i];
      boolean exact = near == doubles[i] || Double.isNaN(doubles[i]);
      boolean above = Math.abs((double) near) > Math.abs(doubles[i]);
      int below = Float.floatToRawIntBits(near) - (above ? 1 : 0);
      odd[i] = exact ? near : Float.intBitsToFloat(below | 1);
    }
    return odd;
  }

  private static Tensor widened(float[] values, long[] shape) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < doubles.length; i++) doubles[i] = values[i];
    return Tensor.ofDoubles(doubles, shape);
  }
}
