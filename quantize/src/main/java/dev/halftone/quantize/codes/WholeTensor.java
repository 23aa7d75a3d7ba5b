package dev.halftone.quantize.codes;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A tensor with one scale, read twice piece by piece: for its range, then for its codes. */
final class WholeTensor {
  private static final int PIECE = 1 << 16;

  private WholeTensor() {}

  static void encode(CodeRequest request, EncodingTarget target, Scratch scratch) {
    CodeFormat format = request.format();
    long count = request.weight().count();
    float[] values = scratch.values(PIECE);
    FiniteRange range = FiniteRange.EMPTY;
    for (long from = 0; from < count; from += PIECE) {
      int piece = (int) Math.min(PIECE, count - from);
      Values.read(request.weight(), from, values, 0, piece);
      range = range.merge(Values.range(request, values, 0, piece));
    }
    float scale = format.scale(range.min(), range.max());
    int zeroPoint = format.zeroPoint(range.min(), range.max(), scale);
    target.set(0, scale, zeroPoint);
    int bits = format.dtype().bits();
    byte[] codes = scratch.codes(PIECE);
    for (long from = 0; from < count; from += PIECE) {
      int piece = (int) Math.min(PIECE, count - from);
      Values.read(request.weight(), from, values, 0, piece);
      Kernels.quantize(
          values, 0, piece, scale, zeroPoint, format.lowest(), format.highest(), codes, 0);
      byte[] packed = bits == 8 ? codes : scratch.packed(PIECE);
      if (bits < 8) Kernels.pack(codes, 0, piece, bits, packed, 0);
      int bytes = Math.toIntExact(format.dtype().bytes(piece));
      MemorySegment.copy(packed, 0, target.codes(), ValueLayout.JAVA_BYTE, from * bits / 8, bytes);
    }
  }
}
