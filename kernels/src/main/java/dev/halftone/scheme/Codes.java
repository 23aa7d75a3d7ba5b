package dev.halftone.scheme;

import dev.halftone.tensor.DType;

/**
 * The codes that a range is laid over.
 *
 * @param low code of the range's low end
 * @param high code of the range's high end
 */
public record Codes(int low, int high) {
  /**
   * The codes that ONNX Runtime's quantizer uses: all of the type; for symmetric INT8 and INT16
   * without the lowest, so that the codes are symmetric too; with {@code reduceRange} one bit less,
   * so that sums of two 8-bit products fit 16 bits on CPUs that add them there.
   *
   * @throws IllegalArgumentException if the type is not an integer of 2 to 16 bits
   */
  public static Codes of(DType type, boolean symmetric, boolean reduceRange) {
    return switch (type) {
      case INT8 -> reduceRange ? new Codes(-64, 64) : new Codes(symmetric ? -127 : -128, 127);
      case UINT8 -> new Codes(0, reduceRange ? 127 : 255);
      case INT16 ->
          reduceRange ? new Codes(-16384, 16384) : new Codes(symmetric ? -32767 : -32768, 32767);
      case UINT16 -> new Codes(0, reduceRange ? 32767 : 65535);
      case INT4 -> reduceRange ? new Codes(-4, 3) : new Codes(-8, 7);
      case UINT4 -> new Codes(0, reduceRange ? 7 : 15);
      case INT2 -> new Codes(-2, 1);
      case UINT2 -> new Codes(0, 3);
      default ->
          throw new IllegalArgumentException(type + " is not an integer type of 2 to 16 bits");
    };
  }

  /**
   * Every code that the type can hold: what QuantizeLinear saturates to, whatever the range was
   * laid over.
   */
  public static Codes all(DType type) {
    return of(type, false, false);
  }

  /** How many codes there are. */
  public int count() {
    return high - low + 1;
  }
}
