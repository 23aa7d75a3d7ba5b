package dev.halftone.quantize.codes;

import dev.halftone.number.NumberFormat;
import dev.halftone.tensor.DType;

/**
 * Numbers of any format times a scale: {@code decode(code) * scale}, {@code code = encode(w /
 * scale)}. Always symmetric: 0 is where the format has it. {@code scale = max(high / highest, low /
 * lowest)}, the least that cuts nothing off.
 *
 * @param numbers of 8 bits or less, with levels on both sides of 0
 */
public record ScaledNumbers(NumberFormat numbers) implements CodeFormat {
  public ScaledNumbers {
    if (numbers.bits() > 8 || !(numbers.lowest() < 0 && numbers.highest() > 0)) {
      throw new IllegalArgumentException("weights cannot be stored as scaled " + numbers.name());
    }
  }

  @Override
  public int bits() {
    return numbers.bits();
  }

  @Override
  public DType dtype() {
    return numbers.dtype().orElse(DType.UINT8);
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
    double above = Math.max(high, 0.0) / numbers.highest();
    return (float) Math.max(above, Math.min(low, 0.0) / numbers.lowest());
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
      byte[] codes,
      int to) {
    for (int i = 0; i < count; i++)
      numbers.encode(values, from + i, from + i + 1, scales[i], codes, to + i);
  }

  @Override
  public void errors(
      float[] values, int from, int count, float[] scales, float[] zeroPoints, float[] errors) {
    byte[] codes = new byte[count];
    encodeColumns(values, from, count, scales, zeroPoints, codes, 0);
    int mask = numbers.isSigned() ? -1 : (1 << numbers.bits()) - 1;
    for (int i = 0; i < count; i++)
      errors[i] = values[from + i] - numbers.decode(codes[i] & mask) * scales[i];
  }
}
