package dev.halftone.number;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Blocks of neighbours that share a scale, itself a small number: {@code x = decode(code) * unit *
 * scale * tensorScale}. The unit is 1, but {@code 2^(2 - bits)} for integers, which MX reads as
 * fixed-point numbers below 2 ({@code 2^-6} of MXINT8).
 *
 * <p>The scale follows from the largest finite magnitude of the block; infinities saturate, and NaN
 * becomes what the element's format says.
 *
 * @param name as on the command line
 * @param element format of the elements
 * @param length elements of a block; the last block of a row may have fewer
 * @param scales format of the scales
 * @param rule how a block finds its scale
 */
public record BlockFormat(
    String name, NumberFormat element, int length, NumberFormat scales, Rule rule) {

  /** How a block of largest magnitude {@code a} finds its scale. */
  public enum Rule {
    /**
     * {@code 2^(floor(log2 a) - floor(log2 highest))}, at least 2^-127, also for {@code a = 0}; no
     * scale of the tensor. What lies between the highest element and the next power of two
     * saturates. Source: OCP Microscaling Formats (MX) 1.0, section 6.3.
     */
    SHARED_EXPONENT,
    /**
     * {@code a / highest / tensorScale}, rounded to nearest in the format of the scales, where 0
     * becomes the smallest positive code. The scale of the tensor brings the largest block's scale
     * to the end of the format. Source: NVIDIA, "Pretraining LLMs with NVFP4", 2509.25149, appendix
     * C.
     */
    RATIO
  }

  public static final BlockFormat MXFP8_E4M3 = mx("mxfp8-e4m3", FloatFormat.E4M3);
  public static final BlockFormat MXFP8_E5M2 = mx("mxfp8-e5m2", FloatFormat.E5M2);
  public static final BlockFormat MXFP6_E2M3 = mx("mxfp6-e2m3", FloatFormat.E2M3);
  public static final BlockFormat MXFP6_E3M2 = mx("mxfp6-e3m2", FloatFormat.E3M2);
  public static final BlockFormat MXFP4 = mx("mxfp4", FloatFormat.E2M1);
  public static final BlockFormat MXINT8 = mx("mxint8", IntegerFormat.INT8);
  public static final BlockFormat NVFP4 =
      new BlockFormat("nvfp4", FloatFormat.E2M1, 16, FloatFormat.E4M3, Rule.RATIO);

  private static final List<BlockFormat> ALL =
      List.of(MXFP8_E4M3, MXFP8_E5M2, MXFP6_E2M3, MXFP6_E3M2, MXFP4, MXINT8, NVFP4);

  public BlockFormat {
    if (length < 1) throw new IllegalArgumentException("blocks of " + length + " elements");
    if (element.bits() > 8 || scales.bits() > 8)
      throw new IllegalArgumentException("blocks of more than 8 bits per code");
  }

  private static BlockFormat mx(String name, NumberFormat element) {
    return new BlockFormat(name, element, 32, ExponentFormat.E8M0, Rule.SHARED_EXPONENT);
  }

  /** Every format that has a name. */
  public static List<BlockFormat> all() {
    return ALL;
  }

  /**
   * The format that {@code text} names.
   *
   * @throws IllegalArgumentException if there is none; the message lists what is allowed
   */
  public static BlockFormat parse(String text) {
    return ALL.stream()
        .filter(format -> format.name.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "block format '%s'; expected one of %s"
                        .formatted(
                            text,
                            ALL.stream()
                                .map(BlockFormat::name)
                                .collect(Collectors.joining(", ")))));
  }

  /** Bits per element of a full block, its share of the scale included. */
  public double bitsPerElement() {
    return element.bits() + (double) scales.bits() / length;
  }

  /** How many blocks {@code elements} neighbours make, the last one perhaps shorter. */
  public int blocks(int elements) {
    return Math.ceilDiv(elements, length);
  }

  private float unit() {
    return element instanceof IntegerFormat ? Math.scalb(1f, 2 - element.bits()) : 1f;
  }

  /**
   * The scale of a tensor of largest magnitude {@code absMax}: 1 by {@link Rule#SHARED_EXPONENT};
   * by {@link Rule#RATIO} {@code absMax / highest element / highest scale}, or 1 if that is below
   * the smallest normal float.
   */
  public float tensorScale(float absMax) {
    if (rule == Rule.SHARED_EXPONENT) return 1f;
    float scale = absMax / element.highest() / scales.highest();
    return scale >= Float.MIN_NORMAL ? scale : 1f;
  }

  /** Code of the scale of a block of largest magnitude {@code absMax}. */
  public int scaleCode(float absMax, float tensorScale) {
    return switch (rule) {
      case SHARED_EXPONENT -> {
        // Below 2^-126 the exponent says -127, and all that matters is that it ends at 2^-127.
        int exponent = Math.getExponent(absMax) - Math.getExponent(element.highest() * unit());
        yield scales.encode(Math.scalb(1f, Math.max(exponent, -127)));
      }
      case RATIO -> Math.max(1, scales.encode(absMax / element.highest() / tensorScale));
    };
  }

  /** What an element's value is multiplied by in a block of scale {@code code}. */
  public float scale(int code, float tensorScale) {
    return scales.decode(code) * unit() * tensorScale;
  }

  /**
   * Codes of {@code x[from, to)}, cut into blocks from {@code from} on, into {@code codes[at, …)},
   * one byte each, and the codes of their scales into {@code scaleCodes[scalesAt, …)}.
   *
   * @param tensorScale as {@link #tensorScale} gives it; positive and finite
   */
  public void encode(
      float[] x,
      int from,
      int to,
      float tensorScale,
      byte[] codes,
      int at,
      byte[] scaleCodes,
      int scalesAt) {
    for (int block = from; block < to; block += length) {
      int end = Math.min(block + length, to);
      FiniteRange range = Kernels.finiteRange(x, block, end);
      float absMax = Math.max(0f, Math.max(-range.min(), range.max()));
      int code = scaleCode(absMax, tensorScale);
      scaleCodes[scalesAt + (block - from) / length] = (byte) code;
      element.encode(x, block, end, scale(code, tensorScale), codes, at + block - from);
    }
  }

  /** The reverse of {@link #encode}: values of {@code codes[from, to)} into {@code out[at, …)}. */
  public void decode(
      byte[] codes,
      int from,
      int to,
      byte[] scaleCodes,
      int scalesAt,
      float tensorScale,
      float[] out,
      int at) {
    for (int block = from; block < to; block += length) {
      int code = scaleCodes[scalesAt + (block - from) / length] & 0xFF;
      int end = Math.min(block + length, to);
      element.decode(codes, block, end, scale(code, tensorScale), out, at + block - from);
    }
  }
}
