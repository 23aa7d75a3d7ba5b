package dev.halftone.scheme;

import dev.halftone.kernels.Kernels;
import dev.halftone.tensor.DType;
import java.util.Objects;

/**
 * Sums of products of codes, whose zero points are taken off, to codes again: {@code code =
 * saturate(rint(sum * factor) + zeroPoint)}, the end of ONNX QLinearConv and QLinearMatMul. The sum
 * becomes a float, and the product is a float product, as in ONNX Runtime.
 *
 * @param factor what a unit of the sum is in codes; positive and finite
 * @param zeroPoint of the codes
 * @param type of the codes; an integer of 8 bits or less
 */
public record Requantization(float factor, int zeroPoint, DType type) {
  public Requantization {
    if (!(factor > 0 && factor < Float.POSITIVE_INFINITY))
      throw new IllegalArgumentException("factor " + factor + " is not positive and finite");
  }

  /** From the scales of both operands to those of the result: {@code left * right / result}. */
  public static Requantization of(float left, float right, QuantizationParameters result) {
    return new Requantization(left * right / result.scale(), result.zeroPoint(), result.type());
  }

  /** Codes of {@code sums[from, to)} into {@code out[at, …)}. */
  public void apply(int[] sums, int from, int to, byte[] out, int at) {
    Objects.checkFromToIndex(from, to, sums.length);
    float[] scaled = new float[to - from];
    for (int i = from; i < to; i++) scaled[i - from] = sums[i] * factor;
    Codes codes = Codes.all(type);
    Kernels.quantize(scaled, 0, to - from, 1f, zeroPoint, codes.low(), codes.high(), out, at);
  }
}
