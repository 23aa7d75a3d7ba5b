package dev.halftone.number;

import dev.halftone.kernels.Kernels;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.Optional;

/**
 * Floating-point numbers of IEEE 754's form, wider than 8 bits. Rounds to nearest, ties to even;
 * NaN stays NaN.
 *
 * @param name as on the command line
 * @param bits of a code: 19 of TF32, which is never stored but only what a tensor core rounds to
 * @param highest the greatest finite value
 * @param dtype the ONNX element type
 */
public record WideFloatFormat(String name, int bits, float highest, Optional<DType> dtype)
    implements NumberFormat {
  /** IEEE 754 binary16: 5 bits of exponent, 10 of fraction. */
  public static final WideFloatFormat FP16 =
      new WideFloatFormat("fp16", 16, 65504f, Optional.of(DType.FLOAT16));

  /** The upper half of a float: 8 bits of exponent, 7 of fraction. */
  public static final WideFloatFormat BF16 =
      new WideFloatFormat("bf16", 16, 0x1.FEp127f, Optional.of(DType.BFLOAT16));

  /** The upper 19 bits of a float: 8 bits of exponent, 10 of fraction. */
  public static final WideFloatFormat TF32 =
      new WideFloatFormat("tf32", 19, 0x1.FFCp127f, Optional.empty());

  static final List<WideFloatFormat> ALL = List.of(FP16, BF16, TF32);

  @Override
  public long codes() {
    return 1L << bits;
  }

  @Override
  public float lowest() {
    return -highest;
  }

  @Override
  public float decode(int code) {
    if (code < 0 || code >= codes()) throw Refusals.code(this, code);
    return equals(FP16)
        ? Float.float16ToFloat((short) code)
        : Float.intBitsToFloat(code << 32 - bits);
  }

  @Override
  public int encode(float value, boolean saturate) {
    float bounded = saturate ? Math.clamp(value, -highest, highest) : value;
    return equals(FP16) ? Float.floatToFloat16(bounded) & 0xFFFF : Kernels.upperBits(bounded, bits);
  }

  @Override
  public void encode(
      float[] x, int from, int to, float scale, boolean saturate, byte[] out, int at) {
    throw Refusals.width(this, 8);
  }

  @Override
  public void encode(
      float[] x, int from, int to, float scale, boolean saturate, short[] out, int at) {
    if (bits != 16) throw Refusals.width(this, 16);
    float limit = saturate ? highest : Float.POSITIVE_INFINITY;
    if (equals(FP16)) Kernels.toFloat16(x, from, to, scale, limit, out, at);
    else Kernels.toBFloat16(x, from, to, scale, limit, out, at);
  }

  @Override
  public void decode(byte[] codes, int from, int to, float scale, float[] out, int at) {
    throw Refusals.width(this, 8);
  }

  @Override
  public void decode(short[] codes, int from, int to, float scale, float[] out, int at) {
    if (bits != 16) throw Refusals.width(this, 16);
    if (equals(FP16)) Kernels.fromFloat16(codes, from, to, scale, out, at);
    else Kernels.fromBFloat16(codes, from, to, scale, out, at);
  }
}
