package dev.halftone.quantize.codes;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import dev.halftone.scheme.ScaleSearch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Some whole rows, each in blocks with scales of their own. */
final class RowTile {
  /** Values in a group of runs whose scales are found together, about: 256 KB of floats. */
  private static final int GROUP_VALUES = 1 << 16;

  private RowTile() {}

  static void encode(
      CodeRequest request, EncodingTarget target, long firstRow, int rows, Scratch scratch) {
    CodeLayout layout = request.layout();
    int length = Math.toIntExact(layout.length());
    int stored = Math.toIntExact(layout.storedLength());
    int perRow = Math.toIntExact(layout.blocks());
    float[] values = load(request, firstRow, rows, length, scratch);
    choose(request, target, values, firstRow, rows);
    if (!target.wantsCodes()) return;
    int width = request.format().width();
    byte[] codes = scratch.codes(Math.multiplyExact(rows * width, stored));
    for (int r = 0; r < rows; r++) {
      int scaleAt = layout.entry(firstRow + r, 0);
      CodeFormat format = target.formats().of(firstRow + r);
      encodeRow(request, target, format, values, r * length, scaleAt, codes, r * stored, scratch);
      if (length == stored) continue;
      // What pads the last block decodes to zero.
      int zero = target.code(request.format(), scaleAt + perRow - 1);
      for (int at = (r * stored + length) * width; at < (r + 1) * stored * width; at++)
        codes[at] = (byte) (zero >> 8 * (at % width));
    }
    int bits = request.format().bits();
    byte[] packed = bits >= 8 ? codes : scratch.packed(rows * stored);
    if (bits < 8) Kernels.pack(codes, 0, rows * stored, bits, packed, 0);
    int bytes = Math.toIntExact(request.format().bytes((long) rows * stored));
    MemorySegment.copy(
        packed, 0, target.codes(), ValueLayout.JAVA_BYTE, firstRow * stored * bits / 8, bytes);
  }

  private static void encodeRow(
      CodeRequest request,
      EncodingTarget target,
      CodeFormat format,
      float[] values,
      int from,
      int scaleAt,
      byte[] codes,
      int to,
      Scratch scratch) {
    CodeLayout layout = request.layout();
    int length = Math.toIntExact(layout.length());
    int block = (int) Math.clamp(layout.block(), 1, Math.max(1, length));
    int runs = Math.toIntExact(layout.blocks());
    float[] scales = scratch.scales(runs);
    float[] offsets = scratch.offsets(runs);
    System.arraycopy(target.scales(), scaleAt, scales, 0, runs);
    for (int run = 0; run < runs; run++)
      offsets[run] = target.code(request.format(), scaleAt + run);
    format.encodeBlocks(values, from, length, block, scales, offsets, 0, codes, to);
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

  private static void choose(
      CodeRequest request, EncodingTarget target, float[] values, long firstRow, int rows) {
    if (target.isScaled()) return;
    CodeLayout layout = request.layout();
    int scaleAt = layout.entry(firstRow, 0);
    int length = Math.toIntExact(layout.length());
    Values.requireFinite(request, values, 0, rows * length);
    int perRow = Math.toIntExact(layout.blocks());
    int block = (int) Math.min(layout.block(), length);
    int tile = (int) layout.tile();
    int runs = Math.multiplyExact(Math.ceilDiv(rows, tile), perRow);
    if (request.scaling().search() instanceof ScaleSearch.AbsMax) {
      for (int run = 0; run < runs; run++) {
        int row = run / perRow * tile;
        int from = run % perRow * block;
        FiniteRange range = FiniteRange.EMPTY;
        for (int r = row; r < Math.min(rows, row + tile); r++) {
          int at = r * length + from;
          range = range.merge(Kernels.finiteRange(values, at, at + Math.min(block, length - from)));
        }
        target.cover(request, scaleAt + run, range);
      }
      return;
    }
    int group = Math.clamp(GROUP_VALUES / ((long) block * tile), 8, 256);
    for (int first = 0; first < runs; first += group) {
      int count = Math.min(group, runs - first);
      Blocks blocks = Blocks.zeros(Math.multiplyExact(block, tile), count);
      int[] counts = new int[count];
      for (int run = 0; run < count; run++) {
        int row = (first + run) / perRow * tile;
        int from = (first + run) % perRow * block;
        int width = Math.min(block, length - from);
        for (int r = row; r < Math.min(rows, row + tile); r++, counts[run] += width) {
          int at = r * length + from;
          for (int i = 0; i < width; i++) blocks.set(counts[run] + i, run, values[at + i]);
          weigh(request, blocks, run, counts[run], firstRow + r, from, width);
        }
      }
      ScaleFinder finder = new ScaleFinder(request, blocks, scaleAt + first, counts);
      finder.find();
      target.set(scaleAt + first, finder, count);
    }
  }

  private static void weigh(
      CodeRequest request, Blocks blocks, int run, int index, long row, int from, int count) {
    Importance importance = request.scaling().importance();
    if (importance.isEqual()) return;
    for (int i = 0; i < count; i++)
      blocks.weigh(index + i, run, importance.at(request.layout().place(row, from + i, 0)));
  }
}
