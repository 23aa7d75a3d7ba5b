package dev.halftone.quantize.codes;

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
    float low = 0;
    float high = 0;
    for (long from = 0; from < count; from += PIECE) {
      int piece = (int) Math.min(PIECE, count - from);
      Values.read(request.weight(), from, values, 0, piece);
      for (int i = 0; i < piece; i++) {
        low = Math.min(low, values[i]);
        high = Math.max(high, values[i]);
      }
    }
    Values.requireFinite(request, low, high);
    float scale = format.scale(low, high);
    int zeroPoint = format.zeroPoint(low, high, scale);
    target.set(0, scale, zeroPoint);
    int bits = format.dtype().bits();
    byte[] codes = scratch.codes(PIECE);
    for (long from = 0; from < count; from += PIECE) {
      int piece = (int) Math.min(PIECE, count - from);
      Values.read(request.weight(), from, values, 0, piece);
      Rounding.encode(values, 0, piece, scale, zeroPoint, format, codes, 0);
      byte[] packed = bits == 8 ? codes : scratch.packed(PIECE);
      int bytes = bits == 8 ? piece : Packing.pack(codes, piece, bits, packed);
      MemorySegment.copy(packed, 0, target.codes(), ValueLayout.JAVA_BYTE, from * bits / 8, bytes);
    }
  }
}
