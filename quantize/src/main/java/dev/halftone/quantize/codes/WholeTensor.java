package dev.halftone.quantize.codes;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import dev.halftone.scheme.ScaleSearch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A tensor with one scale, read twice piece by piece: for its range, then for its codes. */
final class WholeTensor {
  private static final int PIECE = 1 << 16;

  private WholeTensor() {}

  static void encode(CodeRequest request, EncodingTarget target, Scratch scratch) {
    CodeFormat format = target.formats().of(0);
    long count = request.weight().count();
    if (!target.isScaled()) choose(request, target, scratch);
    if (!target.wantsCodes()) return;
    float scale = target.scales()[0];
    int zeroPoint = target.code(format, 0);
    float[] values = scratch.values(PIECE);
    int bits = format.bits();
    byte[] codes = scratch.codes(PIECE * format.width());
    for (long from = 0; from < count; from += PIECE) {
      int piece = (int) Math.min(PIECE, count - from);
      Values.read(request.weight(), from, values, 0, piece);
      format.encode(values, 0, piece, scale, zeroPoint, codes, 0);
      byte[] packed = bits >= 8 ? codes : scratch.packed(PIECE);
      if (bits < 8) Kernels.pack(codes, 0, piece, bits, packed, 0);
      int bytes = Math.toIntExact(format.bytes(piece));
      MemorySegment.copy(packed, 0, target.codes(), ValueLayout.JAVA_BYTE, from * bits / 8, bytes);
    }
  }

  private static void choose(CodeRequest request, EncodingTarget target, Scratch scratch) {
    if (request.scaling().search() instanceof ScaleSearch.AbsMax) {
      target.cover(request, 0, range(request, scratch));
      return;
    }
    Blocks blocks = all(request);
    ScaleFinder finder =
        new ScaleFinder(request, blocks, 0, new int[] {(int) request.weight().count()});
    finder.find();
    target.set(0, finder, 1);
  }

  private static FiniteRange range(CodeRequest request, Scratch scratch) {
    float[] values = scratch.values(PIECE);
    FiniteRange range = FiniteRange.EMPTY;
    for (long from = 0; from < request.weight().count(); from += PIECE) {
      int piece = (int) Math.min(PIECE, request.weight().count() - from);
      Values.read(request.weight(), from, values, 0, piece);
      range = range.merge(Values.range(request, values, 0, piece));
    }
    return range;
  }

  /** The whole weight: a search reads it some fifty times. */
  private static Blocks all(CodeRequest request) {
    int count = Math.toIntExact(request.weight().count());
    Blocks blocks = Blocks.single(count);
    Values.read(request.weight(), 0, blocks.values(), 0, count);
    Values.requireFinite(request, blocks.values(), 0, count);
    Importance importance = request.scaling().importance();
    for (int i = 0; i < count && !importance.isEqual(); i++) blocks.weigh(i, 0, importance.at(i));
    return blocks;
  }
}
