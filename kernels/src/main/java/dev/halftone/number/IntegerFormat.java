package dev.halftone.number;

import dev.halftone.kernels.Kernels;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.Optional;

/**
 * Integers from {@code low} to {@code high}; a code is the integer. Rounds to nearest, ties to
 * even; always saturates, infinities included; NaN becomes 0.
 *
 * @param name as on the command line
 * @param bits of a packed code
 * @param low at most 0
 * @param high at least 0
 */
public record IntegerFormat(String name, int bits, int low, int high) implements NumberFormat {
  public static final IntegerFormat INT2 = signed(2);
  public static final IntegerFormat UINT2 = unsigned(2);
  public static final IntegerFormat INT3 = signed(3);
  public static final IntegerFormat INT4 = signed(4);
  public static final IntegerFormat UINT4 = unsigned(4);
  public static final IntegerFormat INT5 = signed(5);
  public static final IntegerFormat INT6 = signed(6);
  public static final IntegerFormat INT7 = signed(7);
  public static final IntegerFormat INT8 = signed(8);
  public static final IntegerFormat UINT8 = unsigned(8);
  public static final IntegerFormat INT16 = signed(16);
  public static final IntegerFormat UINT16 = unsigned(16);
  public static final IntegerFormat INT32 = signed(32);

  /** -1, 0 and 1 in two bits (Li et al., 1605.04711). */
  public static final IntegerFormat TERNARY = new IntegerFormat("ternary", 2, -1, 1);

  static final List<IntegerFormat> ALL =
      List.of(
          INT2, UINT2, INT3, INT4, UINT4, INT5, INT6, INT7, INT8, UINT8, INT16, UINT16, INT32,
          TERNARY);

  public IntegerFormat {
    boolean fits = low < 0 ? low >= -1 << bits - 1 && high <= ~(-1 << bits - 1) : high < 1L << bits;
    if (bits < 1 || bits > 32 || low > 0 || high < 0 || !fits) {
      throw new IllegalArgumentException("integers [%d, %d] in %d bits".formatted(low, high, bits));
    }
  }

  /** Two's complement of 2 to 32 bits. */
  public static IntegerFormat signed(int bits) {
    return new IntegerFormat("int" + bits, bits, -1 << bits - 1, ~(-1 << bits - 1));
  }

  private static IntegerFormat unsigned(int bits) {
    return new IntegerFormat("uint" + bits, bits, 0, ~(-1 << bits));
  }

  @Override
  public long codes() {
    return (long) high - low + 1;
  }

  /** {@code low}; that of {@link #INT32} is exact as a float. */
  @Override
  public float lowest() {
    return low;
  }

  /** {@code high}, that of {@link #INT32} rounded to 2^31. */
  @Override
  public float highest() {
    return high;
  }

  @Override
  public boolean isSigned() {
    return low < 0;
  }

  @Override
  public Optional<DType> dtype() {
    return switch (bits) {
      case 2 -> Optional.of(isSigned() ? DType.INT2 : DType.UINT2);
      case 4 -> Optional.of(isSigned() ? DType.INT4 : DType.UINT4);
      case 8 -> Optional.of(isSigned() ? DType.INT8 : DType.UINT8);
      case 16 -> Optional.of(isSigned() ? DType.INT16 : DType.UINT16);
      case 32 -> isSigned() ? Optional.of(DType.INT32) : Optional.empty();
      default -> Optional.empty();
    };
  }

  @Override
  public float decode(int code) {
    if (code < low || code > high) throw Refusals.code(this, code);
    return code;
  }

  @Override
  public int encode(float value, boolean saturate) {
    return nearest(value);
  }

  /**
   * The code of a number that is known in double, {@code clamp(rint(value), low, high)}, half to
   * even; NaN becomes 0.
   */
  public int nearest(double value) {
    return (int) Math.clamp((long) Math.rint(value), low, high);
  }

  @Override
  public void encode(
      float[] x, int from, int to, float scale, boolean saturate, byte[] out, int at) {
    if (bits > 8) throw Refusals.width(this, 8);
    Kernels.quantize(x, from, to, scale, 0, low, high, out, at);
  }

  @Override
  public void encode(
      float[] x, int from, int to, float scale, boolean saturate, short[] out, int at) {
    if (bits != 16) throw Refusals.width(this, 16);
    Kernels.quantize(x, from, to, scale, 0, low, high, out, at);
  }

  @Override
  public void decode(byte[] codes, int from, int to, float scale, float[] out, int at) {
    if (bits > 8) throw Refusals.width(this, 8);
    Kernels.dequantize(codes, from, to, isSigned(), scale, 0, out, at);
  }

  @Override
  public void decode(short[] codes, int from, int to, float scale, float[] out, int at) {
    if (bits != 16) throw Refusals.width(this, 16);
    Kernels.dequantize(codes, from, to, isSigned(), scale, 0, out, at);
  }
}
