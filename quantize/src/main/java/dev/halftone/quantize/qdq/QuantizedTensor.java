package dev.halftone.quantize.qdq;

import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;

/**
 * A constant as integers.
 *
 * @param codes the integers, in the shape of the constant
 * @param scale no dimensions, or one entry for each index of {@code axis}
 * @param zeroPoint of the codes' type and the scale's shape
 * @param axis the channel axis; meaningless where there is one scale
 */
record QuantizedTensor(Tensor codes, Tensor scale, Tensor zeroPoint, int axis) {
  /** A zero point without dimensions, of the type that holds the codes. */
  static Tensor zeroPoint(QuantizationParameters parameters) {
    return code(parameters.zeroPoint(), parameters.type());
  }

  /** One code without dimensions, of the type that holds codes of {@code type}. */
  static Tensor code(int code, DType type) {
    DType holder = holder(type);
    byte low = (byte) code;
    byte[] bytes = holder.bits() == 8 ? new byte[] {low} : new byte[] {low, (byte) (code >> 8)};
    return Tensor.ofBytes(holder, bytes);
  }

  /**
   * The type that activations are written in. Those of 4 bits are held in 8, behind a Clip: of
   * 4-bit types ONNX Runtime (1.29) makes integer operators that it then refuses.
   */
  static DType holder(DType type) {
    return switch (type) {
      case UINT4 -> DType.UINT8;
      case INT4 -> DType.INT8;
      default -> type;
    };
  }

  boolean perChannel() {
    return scale.rank() > 0;
  }
}
