package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.scheme.LinearQuantization;
import dev.halftone.scheme.ScaleLayout;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Codes to floats: {@code (code - zeroPoint) * scale}, computed as ONNX's DequantizeLinear does
 * (ONNX operators, 21).
 */
final class Decoding {
  private Decoding() {}

  /**
   * The values of codes.
   *
   * @param scale one value, one for each index of {@code axis}, or (blocked) of the codes' rank
   *     with an entry for each block of {@code block} along {@code axis}
   * @param zeroPoint of the scale's shape; null means 0
   * @param block 0 when not blocked
   */
  static Tensor decode(
      Node node, Tensor codes, Tensor scale, @Nullable Tensor zeroPoint, int axis, long block) {
    try {
      ScaleLayout layout = ScaleLayout.of(scale.count(), axis, block);
      return new LinearQuantization(scale, zeroPoint, layout).dequantize(codes, DType.FLOAT32);
    } catch (IllegalArgumentException e) {
      throw new UnsupportedModelException(node, "cannot decode " + e.getMessage());
    }
  }

  /** The values of a {@code MatMulNBits} weight, turned to {@code [K, N]}. */
  static Tensor decodePacked(
      Node node,
      Tensor packed,
      Tensor scale,
      @Nullable Tensor zeroPoint,
      int bits,
      long block,
      long rows,
      long columns) {
    require(
        node,
        (bits == 2 || bits == 4 || bits == 8) && block > 0 && rows > 0 && columns > 0,
        "its attributes");
    long blocks = (rows + block - 1) / block;
    boolean whole =
        packed.dtype() == DType.UINT8 && packed.count() == columns * blocks * block * bits / 8;
    require(
        node,
        whole && scale.count() == columns * blocks,
        "%s and scales %s".formatted(packed, scale));
    float[] values = new float[Math.toIntExact(Math.multiplyExact(rows, columns))];
    float[] scales = scale.toFloats();
    long zeroBytes = (blocks * bits + 7) / 8;
    require(
        node,
        zeroPoint == null || zeroPoint.count() == columns * zeroBytes,
        "zero points " + zeroPoint);
    long zeroRow = zeroBytes * 8 / bits;
    for (long n = 0; n < columns; n++) {
      for (long k = 0; k < rows; k++) {
        long code = unpack(packed, (n * blocks + k / block) * block + k % block, bits);
        long zero =
            zeroPoint == null ? 1L << (bits - 1) : unpack(zeroPoint, n * zeroRow + k / block, bits);
        values[Math.toIntExact(k * columns + n)] =
            (code - zero) * scales[Math.toIntExact(n * blocks + k / block)];
      }
    }
    return Tensor.ofFloats(values, rows, columns);
  }

  private static long unpack(Tensor packed, long index, int bits) {
    int each = 8 / bits;
    return packed.longAt(index / each) >> (int) (index % each * bits) & ((1 << bits) - 1);
  }

  private static void require(Node node, boolean sound, String found) {
    if (!sound) throw new UnsupportedModelException(node, "cannot decode " + found);
  }
}
