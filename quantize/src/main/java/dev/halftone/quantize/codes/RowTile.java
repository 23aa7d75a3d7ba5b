package dev.halftone.quantize.codes;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import dev.halftone.scheme.ScaleSearch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

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
    byte[] codes = scratch.codes(Math.multiplyExact(rows, stored));
    int scaleAt = Math.toIntExact(firstRow * perRow);
    choose(request, target, values, rows, scaleAt);
    encode(request, target, values, rows, scaleAt, codes, scratch);
    for (int r = 0; r < rows && length < stored; r++) {
      // What pads the last block decodes to zero.
      byte zero = target.zeroPoint(scaleAt + (r + 1) * perRow - 1);
      Arrays.fill(codes, r * stored + length, (r + 1) * stored, zero);
    }
    int bits = request.format().bits();
    byte[] packed = bits == 8 ? codes : scratch.packed(rows * stored);
    if (bits < 8) Kernels.pack(codes, 0, rows * stored, bits, packed, 0);
    int bytes = Math.toIntExact(request.format().bytes((long) rows * stored));
    MemorySegment.copy(
        packed, 0, target.codes(), ValueLayout.JAVA_BYTE, firstRow * stored * bits / 8, bytes);
  }

  private static void encode(
      CodeRequest request,
      EncodingTarget target,
      float[] values,
      int rows,
      int scaleAt,
      byte[] codes,
      Scratch scratch) {
    CodeFormat format = request.format();
    CodeLayout layout = request.layout();
    int length = Math.toIntExact(layout.length());
    int stored = Math.toIntExact(layout.storedLength());
    int block = (int) Math.clamp(layout.block(), 1, Math.max(1, length));
    int perRow = Math.toIntExact(layout.blocks());
    int runs = Math.multiplyExact(rows, perRow);
    float[] scales = scratch.scales(runs);
    float[] offsets = scratch.offsets(runs);
    System.arraycopy(target.scales(), scaleAt, scales, 0, runs);
    for (int run = 0; run < runs; run++) offsets[run] = target.code(format, scaleAt + run);
    // Rows of whole blocks without padding are one long row.
    boolean joined = length % block == 0 && stored == length;
    int lines = joined ? 1 : rows;
    int line = joined ? rows * length : length;
    for (int r = 0; r < lines; r++)
      format.encodeBlocks(
          values, r * line, line, block, scales, offsets, r * perRow, codes, r * stored);
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
      CodeRequest request, EncodingTarget target, float[] values, int rows, int scaleAt) {
    if (target.isScaled()) return;
    CodeLayout layout = request.layout();
    int length = Math.toIntExact(layout.length());
    Values.requireFinite(request, values, 0, rows * length);
    int perRow = Math.toIntExact(layout.blocks());
    int block = (int) Math.min(layout.block(), length);
    int runs = Math.multiplyExact(rows, perRow);
    if (request.scaling().search() instanceof ScaleSearch.AbsMax) {
      for (int run = 0; run < runs; run++) {
        int from = run % perRow * block;
        int at = run / perRow * length + from;
        FiniteRange range = Kernels.finiteRange(values, at, at + Math.min(block, length - from));
        target.cover(request, scaleAt + run, range);
      }
      return;
    }
    int group = Math.clamp(GROUP_VALUES / block, 8, 256);
    for (int first = 0; first < runs; first += group) {
      int count = Math.min(group, runs - first);
      Blocks blocks = Blocks.zeros(block, count);
      int[] counts = new int[count];
      for (int run = 0; run < count; run++) {
        int row = (first + run) / perRow;
        int from = (first + run) % perRow * block;
        counts[run] = Math.min(block, length - from);
        fill(request, blocks, run, values, row * length + from, from, counts[run]);
      }
      ScaleFinder finder = new ScaleFinder(request, blocks, scaleAt + first, counts);
      finder.find();
      target.set(scaleAt + first, finder, count);
    }
  }

  private static void fill(
      CodeRequest request, Blocks blocks, int run, float[] values, int at, int from, int count) {
    float[] importance = request.scaling().importance();
    for (int i = 0; i < count; i++) blocks.set(i, run, values[at + i]);
    for (int i = 0; i < count && importance.length > 0; i++)
      blocks.weigh(i, run, importance[from + i]);
  }
}
