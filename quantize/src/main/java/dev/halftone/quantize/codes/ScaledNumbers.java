package dev.halftone.quantize.codes;

import dev.halftone.number.LevelFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.scheme.CodebookSharing;
import dev.halftone.tensor.DType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of any format times a scale: {@code decode(code) * scale}, {@code code = encode(w /
 * scale)}. Always symmetric: 0 is where the format has it.
 *
 * @param numbers of 8 bits or less, with levels on both sides of 0
 * @param rule how a run finds its scale
 * @param sharing of an adaptive codebook, whose levels {@link Encoder} moves to where the values
 *     are; null where levels are what they are
 */
public record ScaledNumbers(NumberFormat numbers, ScaleRule rule, @Nullable CodebookSharing sharing)
    implements CodeFormat {
  public ScaledNumbers {
    if (numbers.bits() > 8 || !(numbers.lowest() < 0 && numbers.highest() > 0)) {
      throw new IllegalArgumentException("weights cannot be stored as scaled " + numbers.name());
    }
  }

  /** Of levels that are what they are. */
  public ScaledNumbers(NumberFormat numbers, ScaleRule rule) {
    this(numbers, rule, null);
  }

  /** With scales that cut nothing off. */
  public ScaledNumbers(NumberFormat numbers) {
    this(numbers, ScaleRule.COVER);
  }

  /** An adaptive codebook of 2 to 8 bits before it is fitted: the integers of as many bits. */
  public static ScaledNumbers codebook(int bits, CodebookSharing sharing) {
    return new ScaledNumbers(LevelFormat.codebook(bits), ScaleRule.AS_INTEGERS, sharing);
  }

  /** The codebook with levels that were fitted. */
  ScaledNumbers fitted(float... levels) {
    return new ScaledNumbers(LevelFormat.codebook(levels), rule);
  }

  @Override
  public int bits() {
    return numbers.bits();
  }

  @Override
  public DType dtype() {
    return hasElementType() ? numbers.dtype().orElseThrow() : DType.UINT8;
  }

  @Override
  public boolean hasElementType() {
    return numbers.bits() == 8 && numbers.dtype().isPresent();
  }

  @Override
  public String name() {
    return numbers.name();
  }

  @Override
  public boolean symmetric() {
    return true;
  }

  @Override
  public int middle() {
    return numbers.encode(0f);
  }

  @Override
  public boolean signed() {
    return numbers.isSigned();
  }

  @Override
  public float decode(int code, float scale, int zeroPoint) {
    return numbers.decode(code) * scale;
  }

  @Override
  public float bottom(float scale, int zeroPoint) {
    return numbers.lowest() * scale;
  }

  @Override
  public float top(float scale, int zeroPoint) {
    return numbers.highest() * scale;
  }

  @Override
  public float scale(float low, float high, boolean negative) {
    return rule.scale(numbers, low, high, negative);
  }

  @Override
  public int zeroPoint(float low, float scale) {
    return middle();
  }

  @Override
  public void encode(
      float[] values, int from, int count, float scale, int zeroPoint, byte[] codes, int to) {
    numbers.encode(values, from, from + count, scale, codes, to);
  }

  @Override
  public void encodeColumns(
      float[] values,
      int from,
      int count,
      float[] scales,
      float[] zeroPoints,
      int first,
      byte[] codes,
      int to) {
    float[] quotients = Arrays.copyOfRange(values, from, from + count);
    for (int i = 0; i < count; i++) quotients[i] /= scales[first + i];
    numbers.encode(quotients, 0, count, 1f, codes, to);
  }

  @Override
  public void encodeBlocks(
      float[] values,
      int from,
      int count,
      int block,
      float[] scales,
      float[] zeroPoints,
      int first,
      byte[] codes,
      int to) {
    float[] quotients = Arrays.copyOfRange(values, from, from + count);
    int end;
    for (int i = 0; i < count; i = end) {
      end = Math.min(i + block, count);
      float scale = scales[first + i / block];
      for (int k = i; k < end; k++) quotients[k] /= scale;
    }
    numbers.encode(quotients, 0, count, 1f, codes, to);
  }

  @Override
  public void errors(
      float[] values, int from, int count, float[] scales, float[] zeroPoints, float[] errors) {
    byte[] codes = new byte[count];
    encodeColumns(values, from, count, scales, zeroPoints, 0, codes, 0);
    numbers.decode(codes, 0, count, 1f, errors, 0);
    for (int i = 0; i < count; i++) errors[i] = values[from + i] - errors[i] * scales[i];
  }
}
