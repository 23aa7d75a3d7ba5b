package dev.halftone.tensor;

/**
 * Element type of a tensor, named as in the ONNX specification (IR, section "Tensor element
 * types").
 */
public enum DType {
  FLOAT32(32),
  FLOAT64(64),
  FLOAT16(16),
  BFLOAT16(16),
  INT8(8),
  UINT8(8),
  INT16(16),
  UINT16(16),
  INT32(32),
  UINT32(32),
  INT64(64),
  UINT64(64),
  BOOL(8),
  INT4(4),
  UINT4(4),
  INT2(2),
  UINT2(2),
  FLOAT8E4M3FN(8),
  FLOAT8E4M3FNUZ(8),
  FLOAT8E5M2(8),
  FLOAT8E5M2FNUZ(8),
  FLOAT8E8M0(8),
  FLOAT4E2M1(4),
  COMPLEX64(64),
  COMPLEX128(128),
  /**
   * Elements of no fixed size; a tensor of them holds each as a 4-byte length and its UTF-8 bytes.
   */
  STRING(0);

  private final int bits;

  DType(int bits) {
    this.bits = bits;
  }

  /** Bits of one element; 0 for {@link #STRING}. */
  public int bits() {
    return bits;
  }

  /**
   * Whether this is one of the four types that hold trained weights: 16-, 32- or 64-bit floating
   * point.
   */
  public boolean isFloat() {
    return this == FLOAT32 || this == FLOAT64 || this == FLOAT16 || this == BFLOAT16;
  }

  /**
   * Bytes that {@code elements} packed elements take: {@code ceil(elements * bits / 8)}.
   *
   * @throws ArithmeticException if the result does not fit a long
   */
  public long bytes(long elements) {
    return bits >= 8 ? Math.multiplyExact(elements, (long) (bits / 8)) : (elements * bits + 7) / 8;
  }
}
