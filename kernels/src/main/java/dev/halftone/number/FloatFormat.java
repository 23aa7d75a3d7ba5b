package dev.halftone.number;

import dev.halftone.kernels.Kernels;
import dev.halftone.kernels.SmallFloat;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.Optional;

/**
 * Floating-point numbers of 8 bits and less: sign, exponent, fraction, with subnormals. Rounds to
 * nearest, ties to even.
 *
 * <p>Sources: OCP 8-bit Floating Point Specification (OFP8) 1.0 for E4M3 and E5M2; OCP Microscaling
 * Formats (MX) 1.0, section 5.3, for the 6- and 4-bit ones; Noune et al., 2206.02915, for those
 * without -0.
 *
 * @param name as on the command line
 * @param exponentBits bits of the exponent
 * @param fractionBits bits of the fraction
 * @param bias what is taken from the exponent
 * @param specials which codes are not numbers
 */
public record FloatFormat(
    String name, int exponentBits, int fractionBits, int bias, Specials specials)
    implements NumberFormat {

  /** What a format keeps codes for besides finite numbers. */
  public enum Specials {
    /**
     * As IEEE 754: the highest exponent is for infinities and NaN. NaN becomes the quiet NaN of its
     * sign.
     */
    INFINITY_AND_NAN,
    /** Only all ones after the sign is NaN. NaN keeps its sign. */
    NAN,
    /** Only the code that would be -0 is NaN; a zero has no sign. */
    NAN_FOR_MINUS_ZERO,
    /**
     * All codes are finite: always saturates, and NaN becomes the zero of the other sign, as in
     * ml_dtypes and ONNX Cast.
     */
    NONE
  }

  public static final FloatFormat E4M3 = new FloatFormat("fp8-e4m3", 4, 3, 7, Specials.NAN);
  public static final FloatFormat E4M3FNUZ =
      new FloatFormat("fp8-e4m3fnuz", 4, 3, 8, Specials.NAN_FOR_MINUS_ZERO);
  public static final FloatFormat E5M2 =
      new FloatFormat("fp8-e5m2", 5, 2, 15, Specials.INFINITY_AND_NAN);
  public static final FloatFormat E5M2FNUZ =
      new FloatFormat("fp8-e5m2fnuz", 5, 2, 16, Specials.NAN_FOR_MINUS_ZERO);
  public static final FloatFormat E2M3 = new FloatFormat("fp6-e2m3", 2, 3, 1, Specials.NONE);
  public static final FloatFormat E3M2 = new FloatFormat("fp6-e3m2", 3, 2, 3, Specials.NONE);
  public static final FloatFormat E2M1 = new FloatFormat("fp4-e2m1", 2, 1, 1, Specials.NONE);

  static final List<FloatFormat> ALL = List.of(E4M3, E4M3FNUZ, E5M2, E5M2FNUZ, E2M3, E3M2, E2M1);

  /** A NaN keeps the sign of its code, as in ml_dtypes and the data of ONNX's node tests. */
  private static final float MINUS_NAN = Float.intBitsToFloat(0xFFC00000);

  @Override
  public int bits() {
    return 1 + exponentBits + fractionBits;
  }

  @Override
  public long codes() {
    return 1L << bits();
  }

  @Override
  public float lowest() {
    return -highest();
  }

  @Override
  public float highest() {
    return magnitude(highestCode());
  }

  private int highestCode() {
    int all = (1 << bits() - 1) - 1;
    return switch (specials) {
      case INFINITY_AND_NAN -> all - (1 << fractionBits);
      case NAN -> all - 1;
      case NAN_FOR_MINUS_ZERO, NONE -> all;
    };
  }

  /** The same in the words of the loops. */
  private SmallFloat layout() {
    int sign = 1 << bits() - 1;
    int highest = highestCode();
    return switch (specials) {
      case INFINITY_AND_NAN -> {
        int infinity = highest + 1;
        int quiet = infinity | 1 << fractionBits - 1;
        yield new SmallFloat(bits(), fractionBits, bias, highest, infinity, quiet, true);
      }
      case NAN ->
          new SmallFloat(bits(), fractionBits, bias, highest, highest + 1, highest + 1, true);
      case NAN_FOR_MINUS_ZERO ->
          new SmallFloat(bits(), fractionBits, bias, highest, sign, sign, false);
      case NONE -> new SmallFloat(bits(), fractionBits, bias, highest, highest, sign, true);
    };
  }

  @Override
  public Optional<DType> dtype() {
    return switch (name) {
      case "fp8-e4m3" -> Optional.of(DType.FLOAT8E4M3FN);
      case "fp8-e4m3fnuz" -> Optional.of(DType.FLOAT8E4M3FNUZ);
      case "fp8-e5m2" -> Optional.of(DType.FLOAT8E5M2);
      case "fp8-e5m2fnuz" -> Optional.of(DType.FLOAT8E5M2FNUZ);
      case "fp4-e2m1" -> Optional.of(DType.FLOAT4E2M1);
      default -> Optional.empty();
    };
  }

  @Override
  public float decode(int code) {
    if (code < 0 || code >= codes()) throw Refusals.code(this, code);
    int sign = 1 << bits() - 1;
    if (code == sign && specials == Specials.NAN_FOR_MINUS_ZERO) return MINUS_NAN;
    int magnitude = code & sign - 1;
    if (magnitude > highestCode()) return beyond(code, magnitude);
    return code < sign ? magnitude(magnitude) : -magnitude(magnitude);
  }

  private float beyond(int code, int magnitude) {
    if (specials != Specials.INFINITY_AND_NAN || magnitude > highestCode() + 1)
      return code == magnitude ? Float.NaN : MINUS_NAN;
    return code == magnitude ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
  }

  /** The formula of the specification. */
  private float magnitude(int code) {
    int exponent = code >> fractionBits;
    int fraction = code - (exponent << fractionBits);
    int significand = exponent == 0 ? fraction : fraction + (1 << fractionBits);
    return Math.scalb((float) significand, Math.max(exponent, 1) - bias - fractionBits);
  }

  @Override
  public int encode(float value, boolean saturate) {
    return layout().encode(value, saturate);
  }

  @Override
  public void encode(
      float[] x, int from, int to, float scale, boolean saturate, byte[] out, int at) {
    Kernels.encode(x, from, to, scale, layout(), saturate, out, at);
  }

  @Override
  public void decode(byte[] codes, int from, int to, float scale, float[] out, int at) {
    float[] values = new float[(int) codes()];
    for (int code = 0; code < values.length; code++) values[code] = decode(code);
    Kernels.decode(codes, from, to, scale, values, out, at);
  }
}
