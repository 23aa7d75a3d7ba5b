package dev.halftone.quantize.codes;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Some whole rows, each in blocks with scales of their own. */
final class RowTile {
  private RowTile() {}

  static void encode(
      CodeRequest request, EncodingTarget target, long firstRow, int rows, Scratch scratch) {
    CodeLayout layout = request.layout();
    int length = Math.toIntExact(layout.length());
    int stored = Math.toIntExact(layout.storedLength());
    float[] values = load(request, firstRow, rows, length, scratch);
    byte[] codes = scratch.codes(Math.multiplyExact(rows, stored));
    int scaleAt = Math.toIntExact(firstRow * layout.blocks());
    for (int r = 0; r < rows; r++) {
      for (int from = 0; from < length; from += (int) layout.block(), scaleAt++) {
        int count = (int) Math.min(layout.block(), length - from);
        encodeBlock(
            request, values, r * length + from, count, target, scaleAt, codes, r * stored + from);
      }
      // What pads the last block decodes to zero.
      for (int i = length; i < stored; i++) codes[r * stored + i] = target.zeroPoint(scaleAt - 1);
    }
    int bits = request.format().dtype().bits();
    byte[] packed = bits == 8 ? codes : scratch.packed(rows * stored);
    if (bits < 8) Kernels.pack(codes, 0, rows * stored, bits, packed, 0);
    int bytes = Math.toIntExact(request.format().dtype().bytes((long) rows * stored));
    MemorySegment.copy(
        packed, 0, target.codes(), ValueLayout.JAVA_BYTE, firstRow * stored * bits / 8, bytes);
  }

  private static float[] load(
      CodeRequest request, long firstRow, int rows, int length, Scratch scratch) {
    float[] values = scratch.values(Math.multiplyExact(rows, length));
    CodeLayout layout = request.layout();
    if (!layout.transposed()) {
      Values.read(request.weight(), firstRow * length, values, 0, rows * length);
      return values;
    }
    float[] line = scratch.turned(rows);
    for (int k = 0; k < length; k++) {
      Values.read(request.weight(), k * layout.outer() + firstRow, line, 0, rows);
      for (int r = 0; r < rows; r++) values[r * length + k] = line[r];
    }
    return values;
  }

  private static void encodeBlock(
      CodeRequest request,
      float[] values,
      int from,
      int count,
      EncodingTarget target,
      int scaleAt,
      byte[] codes,
      int to) {
    FiniteRange range = Values.range(request, values, from, count);
    CodeFormat format = request.format();
    float scale = format.scale(range.min(), range.max());
    int zeroPoint = format.zeroPoint(range.min(), range.max(), scale);
    target.set(scaleAt, scale, zeroPoint);
    Kernels.quantize(
        values,
        from,
        from + count,
        scale,
        zeroPoint,
        format.lowest(),
        format.highest(),
        codes,
        to);
  }
}
