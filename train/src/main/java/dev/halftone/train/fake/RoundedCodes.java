package dev.halftone.train.fake;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Codes of trained values, as the training graph rounds them. */
final class RoundedCodes {
  private RoundedCodes() {}

  /** {@code clamp(rint(value / scale) + zeroPoint, low, high)}, in float, half to even. */
  static Tensor of(Grid grid, Tensor value, Tensor scale, @Nullable Tensor zeroPoint, DType type) {
    float[] values = value.toFloats();
    float[] scales = scale.toFloats();
    long inner = 1;
    for (int i = grid.axis() + 1; i < value.rank(); i++) inner *= value.dimension(i);
    int[] codes = new int[values.length];
    for (int i = 0; i < codes.length; i++) {
      int channel = scales.length == 1 ? 0 : (int) (i / inner % scales.length);
      long zero = zeroPoint == null ? 0 : zeroPoint.longAt(zeroPoint.count() == 1 ? 0 : channel);
      double rounded = Math.rint(values[i] / scales[channel]) + zero;
      codes[i] = (int) Math.clamp(rounded, (double) grid.low(), (double) grid.high());
    }
    return packed(codes, type, value.shape());
  }

  /** {@code clamp(rint(zeroPoint), low, high)}. */
  static Tensor of(Offset offset, Tensor zeroPoint) {
    double rounded = Math.rint(zeroPoint.floatAt(0));
    int code = (int) Math.clamp(rounded, offset.codes().low(), offset.codes().high());
    return packed(new int[] {code}, offset.type(), zeroPoint.shape());
  }

  private static Tensor packed(int[] codes, DType type, long[] shape) {
    if (type == DType.INT32) return Tensor.ofInts(codes, shape);
    int bits = type.bits();
    int perByte = 8 / bits;
    byte[] bytes = new byte[Math.toIntExact(type.bytes(codes.length))];
    for (int i = 0; i < codes.length; i++)
      bytes[i / perByte] |= (byte) ((codes[i] & ((1 << bits) - 1)) << i % perByte * bits);
    return Tensor.ofBytes(type, bytes, shape);
  }
}
