package dev.halftone.quantize.codes;

import dev.halftone.quantize.dequantize.Decoding;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** An encoded weight: codes and scales as flat tensors in the layout's order. */
public final class Codes {
  private final CodeRequest request;
  private final MemorySegment codes;
  private final float[] scales;
  private final byte[] zeroPoints;

  Codes(CodeRequest request, MemorySegment codes, float[] scales, byte[] zeroPoints) {
    this.request = request;
    this.codes = codes;
    this.scales = scales;
    this.zeroPoints = zeroPoints;
  }

  /** What was encoded, and how. */
  public CodeRequest request() {
    return request;
  }

  public CodeLayout layout() {
    return request.layout();
  }

  public CodeFormat format() {
    return request.format();
  }

  /** The codes under a shape of as many elements. */
  public Tensor codes(long... shape) {
    return Tensor.of(format().dtype(), shape, codes);
  }

  /**
   * The codes as the bytes that they are packed in, for operators that take packed codes as UINT8.
   */
  public Tensor packed(long... shape) {
    return Tensor.of(DType.UINT8, shape, codes);
  }

  /** The scales under a shape of as many elements, FLOAT32. */
  public Tensor scales(long... shape) {
    return Tensor.ofFloats(scales, shape);
  }

  /** The scales times a factor, under a shape of as many elements, FLOAT32. */
  public Tensor scales(float factor, long... shape) {
    if (factor == 1f) return scales(shape);
    float[] scaled = scales.clone();
    for (int i = 0; i < scaled.length; i++) scaled[i] *= factor;
    return Tensor.ofFloats(scaled, shape);
  }

  /**
   * The zero points in the type of the codes, packed where those are, under a shape of as many
   * elements as there are scales.
   */
  public Tensor zeroPoints(long... shape) {
    return Tensor.ofBytes(
        format().dtype(), Packing.pack(zeroPoints, format().dtype().bits()), shape);
  }

  /** Whether readers of codes have to subtract anything. */
  public boolean hasZeroPoints() {
    return !format().symmetric() || format().middle() != 0;
  }

  /**
   * The zero points of each row packed into whole bytes, UINT8 {@code [outer, ceil(blocks * bits /
   * 8)]}, filled up with the middle.
   */
  public Tensor packedZeroPointRows() {
    int bits = format().dtype().bits();
    int blocks = Math.toIntExact(layout().blocks());
    int rows = Math.toIntExact(layout().outer());
    int width = (blocks * bits + 7) / 8;
    int filled = width * 8 / bits;
    byte[] padded = new byte[rows * filled];
    Arrays.fill(padded, (byte) format().middle());
    for (int r = 0; r < rows; r++)
      System.arraycopy(zeroPoints, r * blocks, padded, r * filled, blocks);
    return Tensor.ofBytes(DType.UINT8, Packing.pack(padded, bits), rows, width);
  }

  /**
   * What the codes stand for, FLOAT32 in the shape and order of the weight: {@code (code -
   * zeroPoint) * scale}.
   */
  public Tensor decoded() {
    CodeLayout layout = layout();
    long[] entries = {layout.outer(), layout.blocks(), layout.inner()};
    Tensor values =
        Decoding.decode(
            codes(layout.outer(), layout.storedLength(), layout.inner()),
            scales(entries),
            hasZeroPoints() ? zeroPoints(entries) : null,
            1,
            layout.block());
    long[] shape = request.weight().shape();
    if (!layout.padded() && !layout.transposed()) return values.reshape(shape);
    return Tensor.ofFloats(layout.asWeight(values.toFloats()), shape);
  }

  private int zeroPoint(int index) {
    return format().signed() ? zeroPoints[index] : zeroPoints[index] & 0xFF;
  }

  /** Smallest value that some code stands for. */
  public float low() {
    float low = 0;
    for (int i = 0; i < scales.length; i++) low = Math.min(low, Math.min(bottom(i), top(i)));
    return low;
  }

  /** Largest value that some code stands for. */
  public float high() {
    float high = 0;
    for (int i = 0; i < scales.length; i++) high = Math.max(high, Math.max(bottom(i), top(i)));
    return high;
  }

  private float bottom(int index) {
    return (format().lowest() - zeroPoint(index)) * scales[index];
  }

  private float top(int index) {
    return (format().highest() - zeroPoint(index)) * scales[index];
  }

  /** Bytes of codes and scales, and of zero points where the format has them. */
  public long bytes() {
    return bytes(layout(), format());
  }

  /** Bytes that codes, scales and (where not symmetric) zero points will take. */
  public static long bytes(CodeLayout layout, CodeFormat format) {
    long zeroPoints = format.symmetric() ? 0 : format.dtype().bytes(layout.scales());
    return format.dtype().bytes(layout.codes()) + 4 * layout.scales() + zeroPoints;
  }
}
