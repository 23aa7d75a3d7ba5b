package dev.halftone.quantize.codes;

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
    int bytes = bits == 8 ? rows * stored : Packing.pack(codes, rows * stored, bits, packed);
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
    float low = values[from];
    float high = values[from];
    for (int i = from + 1; i < from + count; i++) {
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
    }
    Values.requireFinite(request, low, high);
    CodeFormat format = request.format();
    float scale = format.scale(low, high);
    int zeroPoint = format.zeroPoint(low, high, scale);
    target.set(scaleAt, scale, zeroPoint);
    Rounding.encode(values, from, count, scale, zeroPoint, format, codes, to);
  }
}
