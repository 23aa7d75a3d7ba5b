package dev.halftone.number;

import dev.halftone.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a number is stored in few bits: which codes there are, what each stands for, and which one a
 * number becomes. A code of an {@link IntegerFormat} is the integer itself; any other code is a bit
 * pattern, {@code 0 <= code < 2^bits}.
 *
 * <p>Arrays hold the low 8 or 16 bits of one code each; {@link #isSigned} says whether the highest
 * of its bits is to be extended. With a scale, {@code code = encode(x / scale)}, a float division
 * as ONNX QuantizeLinear has it, and {@code x = decode(code) * scale}, rounded once.
 */
public sealed interface NumberFormat
    permits IntegerFormat, FloatFormat, WideFloatFormat, ExponentFormat, LevelFormat {

  /** As it is written on the command line: {@code int4}, {@code fp8-e4m3}, {@code codebook:4}. */
  String name();

  /** Bits of a packed code. */
  int bits();

  /** How many codes stand for something, NaN and infinities included. */
  long codes();

  /** The least finite value. */
  float lowest();

  /** The greatest finite value. */
  float highest();

  /** Whether codes are two's complement integers. */
  default boolean isSigned() {
    return false;
  }

  /** The ONNX element type that holds such codes, where there is one. */
  Optional<DType> dtype();

  /**
   * What {@code code} stands for, exactly but for integers beyond 2^24.
   *
   * @throws IllegalArgumentException if it is not a code of this format
   */
  float decode(int code);

  /**
   * The code of {@code value}, saturating: what is beyond the range, infinities included, becomes
   * its end. Each format says how it rounds and what becomes of NaN.
   */
  default int encode(float value) {
    return encode(value, true);
  }

  /**
   * The code of {@code value}.
   *
   * @param saturate whether what is beyond the range becomes its end, as with {@code saturate = 1}
   *     of ONNX Cast; otherwise it becomes infinity, or NaN where there is no infinity. Formats
   *     with neither always saturate.
   */
  int encode(float value, boolean saturate);

  /**
   * Codes of {@code x[from, to)}, saturating, into {@code out[at, …)}.
   *
   * @param scale finite and not 0
   * @throws IllegalArgumentException if codes are wider than 8 bits
   */
  default void encode(float[] x, int from, int to, float scale, byte[] out, int at) {
    encode(x, from, to, scale, true, out, at);
  }

  /** As {@link #encode(float[], int, int, float, byte[], int)}, saturating or not. */
  void encode(float[] x, int from, int to, float scale, boolean saturate, byte[] out, int at);

  /** As {@link #encode(float[], int, int, float, byte[], int)}, for codes of 16 bits. */
  default void encode(float[] x, int from, int to, float scale, short[] out, int at) {
    encode(x, from, to, scale, true, out, at);
  }

  /** As {@link #encode(float[], int, int, float, short[], int)}, saturating or not. */
  default void encode(
      float[] x, int from, int to, float scale, boolean saturate, short[] out, int at) {
    throw Refusals.width(this, 16);
  }

  /**
   * Values of {@code codes[from, to)} into {@code out[at, …)}.
   *
   * @throws IllegalArgumentException if codes are wider than 8 bits
   */
  void decode(byte[] codes, int from, int to, float scale, float[] out, int at);

  /** As {@link #decode(byte[], int, int, float, float[], int)}, for codes of 16 bits. */
  default void decode(short[] codes, int from, int to, float scale, float[] out, int at) {
    throw Refusals.width(this, 16);
  }

  /** Every format that has a name of its own; codebooks of every size as they start. */
  static List<NumberFormat> all() {
    List<NumberFormat> all = new ArrayList<>(IntegerFormat.ALL);
    all.addAll(FloatFormat.ALL);
    all.addAll(WideFloatFormat.ALL);
    all.add(ExponentFormat.E8M0);
    all.addAll(LevelFormat.ALL);
    return List.copyOf(all);
  }

  /**
   * The format of an ONNX element type.
   *
   * @throws IllegalArgumentException if there is none, as for FLOAT32 itself
   */
  static NumberFormat of(DType type) {
    return all().stream()
        .filter(format -> format.dtype().equals(Optional.of(type)))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no number format has the element type " + type));
  }

  /**
   * The format that {@code text} names.
   *
   * @throws IllegalArgumentException if there is none; the message lists what is allowed
   */
  static NumberFormat parse(String text) {
    return all().stream()
        .filter(format -> format.name().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "number format '%s'; expected one of %s"
                        .formatted(
                            text,
                            all().stream()
                                .map(NumberFormat::name)
                                .collect(Collectors.joining(", ")))));
  }
}
