package dev.halftone.scheme;

import dev.halftone.number.PowerOfTwo;
import dev.halftone.number.WideFloatFormat;
import java.util.Locale;

/**
 * What scales are stored as. A scale is rounded to its storage before codes are computed, so codes
 * fit the scale that a reader sees. Stored scales are never 0 or infinite: what is too small or too
 * large becomes the nearest that is neither.
 */
public sealed interface ScaleStorage {
  /** As they are; 32 bits. */
  record Float32() implements ScaleStorage {
    @Override
    public String toString() {
      return "float32";
    }
  }

  /** IEEE half precision, to nearest even; 16 bits. */
  record Float16() implements ScaleStorage {
    @Override
    public String toString() {
      return "fp16";
    }
  }

  /** The upper half of a float, to nearest even; 16 bits. */
  record BFloat16() implements ScaleStorage {
    @Override
    public String toString() {
      return "bf16";
    }
  }

  /**
   * A power of two from {@code 2^-126} to {@code 2^127}, 8 bits as E8M0 (OCP Microscaling Formats
   * 1.0, section 5.4.1): the nearest, the least that is not below, so that nothing is cut off, or
   * the greatest that is not above. There is no sign.
   */
  record Power(PowerOfTwo direction) implements ScaleStorage {
    @Override
    public String toString() {
      return "pow2-" + direction.name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Scales quantized in their turn, in groups of 256 neighbours with one float each: {@code scale =
   * code * super}, {@code super = max|scale| / 255}, codes of 8 bits from 1 on; where some scale is
   * negative, {@code / 127} and codes with a sign. Double quantization of QLoRA (Dettmers et al.,
   * arXiv 2305.14314, section 3) with integer codes and no mean to subtract. {@link #round} gives
   * scales as they are, the group being known only when all scales are.
   */
  record Doubled() implements ScaleStorage {
    /** Scales in a group. */
    public static final int GROUP = 256;

    @Override
    public String toString() {
      return "double";
    }
  }

  /**
   * FP8 E4M3 numbers times one float for the tensor, {@code max|scale| / 448} rounded up to 20 bits
   * of precision; a scale is never 0. As NVFP4 has it (NVIDIA, "Pretraining LLMs with NVFP4",
   * 2509.25149, appendix C). {@link #round} gives scales as they are, the largest being known only
   * when all are.
   */
  record Float8() implements ScaleStorage {
    @Override
    public String toString() {
      return "fp8";
    }
  }

  /** Whether scales are rounded only when all of the tensor's are known. */
  default boolean roundsTogether() {
    return this instanceof Doubled || this instanceof Float8;
  }

  /** Whether negative scales can be stored. */
  default boolean signed() {
    return !(this instanceof Power);
  }

  /**
   * The scale that is stored.
   *
   * @param scale finite and not 0
   */
  default float round(float scale) {
    return switch (this) {
      case Float32(), Doubled(), Float8() -> scale;
      case Float16() -> nearest(WideFloatFormat.FP16, 0x1p-24f, scale);
      case BFloat16() -> nearest(WideFloatFormat.BF16, Float.MIN_NORMAL, scale);
      case Power(PowerOfTwo direction) -> direction.of(Math.abs(scale));
    };
  }

  private static float nearest(WideFloatFormat format, float least, float scale) {
    float magnitude = format.decode(format.encode(Math.abs(scale)));
    return Math.copySign(Math.max(magnitude, least), scale);
  }

  /** Bytes that {@code count} scales take. */
  default long bytes(long count) {
    return switch (this) {
      case Float32() -> 4 * count;
      case Float16(), BFloat16() -> 2 * count;
      case Power(PowerOfTwo ignored) -> count;
      case Float8() -> count + 4;
      case Doubled() -> count + 4 * ((count + Doubled.GROUP - 1) / Doubled.GROUP);
    };
  }

  /**
   * The storage that a text names: {@code float32}, {@code fp16}, {@code bf16}, {@code fp8}, {@code
   * pow2-round} (or {@code e8m0}), {@code pow2-ceil}, {@code pow2-floor}, {@code double}.
   *
   * @throws IllegalArgumentException if there is none of that name; the message lists them
   */
  static ScaleStorage parse(String text) {
    return switch (text.trim().toLowerCase(Locale.ROOT)) {
      case "float32" -> new Float32();
      case "fp16" -> new Float16();
      case "bf16" -> new BFloat16();
      case "e8m0", "pow2-round" -> new Power(PowerOfTwo.ROUND);
      case "pow2-ceil" -> new Power(PowerOfTwo.CEIL);
      case "pow2-floor" -> new Power(PowerOfTwo.FLOOR);
      case "fp8" -> new Float8();
      case "double" -> new Doubled();
      default ->
          throw new IllegalArgumentException(
              "no scale storage '%s'; there are float32, fp16, bf16, fp8, e8m0, pow2-round, pow2-ceil, pow2-floor and double"
                  .formatted(text));
    };
  }
}
