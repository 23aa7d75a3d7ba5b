package dev.halftone.number;

import dev.halftone.kernels.Kernels;
import dev.halftone.tensor.DType;
import java.util.Objects;
import java.util.Optional;

/**
 * E8M0: powers of two from 2^-127 (code 0) to 2^127 (code 254), and NaN (code 255). For scales:
 * there is no sign and no zero. Source: OCP Microscaling Formats (MX) 1.0, section 5.4.1.
 *
 * <p>As ONNX Cast has it: a sign is dropped, 0 becomes code 0, NaN and infinities become NaN even
 * when saturating; a finite number that rounds to 2^128 becomes NaN, or 2^127 when saturating.
 */
public enum ExponentFormat implements NumberFormat {
  E8M0;

  private static final int NAN = 255;

  /** The reference asks whether {@code bits & 0x4FFFFF} is 0, where 0x7FFFFF is the fraction. */
  private static final int OVERLOOKED = 0x300000;

  @Override
  public int bits() {
    return 8;
  }

  @Override
  public long codes() {
    return 256;
  }

  @Override
  public float lowest() {
    return 0x1p-127f;
  }

  @Override
  public float highest() {
    return 0x1p127f;
  }

  @Override
  public Optional<DType> dtype() {
    return Optional.of(DType.FLOAT8E8M0);
  }

  @Override
  public float decode(int code) {
    if (code < 0 || code > NAN) throw Refusals.code(this, code);
    return code == NAN ? Float.NaN : Math.scalb(1f, code - 127);
  }

  /** Rounds to nearest, {@code 1.5 * 2^k} up: {@link PowerOfTwo#ROUND}. */
  @Override
  public int encode(float value, boolean saturate) {
    return encode(value, PowerOfTwo.ROUND, saturate);
  }

  /**
   * The code of {@code value} as ONNX Cast's {@code round_mode} nearest, up or down gives it. The
   * reference's "up" overlooks two bits of the fraction: it leaves 1.125, 1.25 and 1.375 times a
   * power of two where they are, and so does this. To round a scale up in earnest, pass it through
   * {@link PowerOfTwo#of} first.
   */
  public int encode(float value, PowerOfTwo rounding, boolean saturate) {
    if (!Float.isFinite(value)) return NAN;
    float seen =
        rounding == PowerOfTwo.CEIL
            ? Float.intBitsToFloat(Float.floatToRawIntBits(value) & ~OVERLOOKED)
            : value;
    return Math.min(rounding.exponentField(seen), saturate ? NAN - 1 : NAN);
  }

  @Override
  public void encode(
      float[] x, int from, int to, float scale, boolean saturate, byte[] out, int at) {
    Refusals.checkScale(scale);
    Objects.checkFromToIndex(from, to, x.length);
    Objects.checkFromIndexSize(at, to - from, out.length);
    for (int i = from; i < to; i++) out[at + i - from] = (byte) encode(x[i] / scale, saturate);
  }

  @Override
  public void decode(byte[] codes, int from, int to, float scale, float[] out, int at) {
    float[] values = new float[256];
    for (int code = 0; code < values.length; code++) values[code] = decode(code);
    Kernels.decode(codes, from, to, scale, values, out, at);
  }
}
