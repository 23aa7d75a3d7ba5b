package dev.halftone.quantize.qdq;

import dev.halftone.number.IntegerFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.Codes;
import dev.halftone.tensor.DType;

/**
 * The integers that a linear operator's weight is made of, and the element type that holds them:
 * INT4 for 4 bits and fewer. Of INT2 ONNX Runtime (1.29) makes a QLinearConv that it then refuses.
 *
 * @param integers as many bits as the element type
 */
record StoredIntegers(IntegerFormat integers, DType type) {
  /**
   * Of a number format for weights.
   *
   * @throws IllegalArgumentException if it is not one of signed integers or UINT8
   */
  static StoredIntegers of(WeightFormat format) {
    if (!hold(format))
      throw new IllegalArgumentException(
          "static mode has weights of signed integers, not " + format.name());
    return switch (format) {
      // The zero point in the middle is added to the codes of INT8.
      case WeightFormat.Element(DType type) when type == DType.UINT8 ->
          new StoredIntegers(IntegerFormat.INT8, type);
      case WeightFormat.Numbers(IntegerFormat integers) -> held(integers);
      default -> held(IntegerFormat.signed(format.bits()));
    };
  }

  /** Whether there are such for a number format. */
  static boolean hold(WeightFormat format) {
    return switch (format) {
      case WeightFormat.Element(DType type) ->
          type == DType.INT8 || type == DType.INT4 || type == DType.INT2 || type == DType.UINT8;
      case WeightFormat.Numbers(NumberFormat numbers) ->
          numbers instanceof IntegerFormat integers && integers.isSigned() && integers.bits() <= 8;
      default -> false;
    };
  }

  private static StoredIntegers held(IntegerFormat integers) {
    DType type = integers.bits() <= 4 ? DType.INT4 : DType.INT8;
    return new StoredIntegers(
        new IntegerFormat(integers.name(), type.bits(), integers.low(), integers.high()), type);
  }

  /** Every code that may be written. */
  Codes codes() {
    return type == DType.UINT8 ? Codes.all(type) : new Codes(integers.low(), integers.high());
  }

  /** The codes used: fewer bits need every one of them. */
  CodeRange range(CodeRange wanted) {
    boolean eightBit = integers.equals(IntegerFormat.INT8);
    if (wanted == CodeRange.FULL || (!eightBit && wanted != CodeRange.RESTRICTED))
      return CodeRange.FULL;
    return CodeRange.RESTRICTED;
  }
}
