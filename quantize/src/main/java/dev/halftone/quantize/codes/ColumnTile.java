package dev.halftone.quantize.codes;

import dev.halftone.kernels.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One block of rows of some neighbouring columns.
 *
 * @param block which run along the layout's {@code length}
 * @param column the first column, at a whole byte of codes, where no other shares its scale with
 *     the one before
 */
record ColumnTile(long outer, long block, long column, int columns) {

  void encode(CodeRequest request, EncodingTarget target, Scratch scratch) {
    CodeLayout layout = request.layout();
    long firstRow = block * layout.block();
    int rows = (int) Math.min(layout.block(), layout.length() - firstRow);
    float[] values = load(request, firstRow, rows, scratch);
    int scaleAt = layout.entry(outer * layout.inner() + column, firstRow);
    int tile = (int) layout.tile();
    if (!target.isScaled()) choose(request, values, firstRow, rows, target, scaleAt);
    if (!target.wantsCodes()) return;
    float[] scales = scratch.scales(columns);
    float[] offsets = scratch.offsets(columns);
    for (int c = 0; c < columns; c++) {
      scales[c] = target.scales()[scaleAt + c / tile];
      offsets[c] = target.code(request.format(), scaleAt + c / tile);
    }
    byte[] codes = scratch.codes(Math.multiplyExact(rows * columns, request.format().width()));
    for (int from = 0; from < columns; ) {
      long channel = outer * layout.inner() + column + from;
      int count = (int) Math.min(target.formats().end(channel) - channel, columns - from);
      CodeFormat own = target.formats().of(channel);
      for (int r = 0; r < rows; r++) {
        int at = r * columns + from;
        own.encodeColumns(values, at, count, scales, offsets, from, codes, at);
      }
      from += count;
    }
    store(
        request,
        target.codes(),
        (outer * layout.length() + firstRow) * layout.inner() + column,
        rows,
        codes,
        scratch);
  }

  private float[] load(CodeRequest request, long firstRow, int rows, Scratch scratch) {
    CodeLayout layout = request.layout();
    float[] values = scratch.values(rows * columns);
    if (layout.transposed()) {
      float[] line = scratch.turned(rows);
      for (int c = 0; c < columns; c++) {
        long row = outer * layout.inner() + column + c;
        Values.read(request.weight(), row * layout.length() + firstRow, line, 0, rows);
        for (int r = 0; r < rows; r++) values[r * columns + c] = line[r];
      }
      return values;
    }
    long from = (outer * layout.length() + firstRow) * layout.inner() + column;
    if (columns == layout.inner()) {
      Values.read(request.weight(), from, values, 0, rows * columns);
    } else {
      for (int r = 0; r < rows; r++) {
        Values.read(request.weight(), from + r * layout.inner(), values, r * columns, columns);
      }
    }
    return values;
  }

  private void choose(
      CodeRequest request,
      float[] values,
      long firstRow,
      int rows,
      EncodingTarget target,
      int scaleAt) {
    Values.requireFinite(request, values, 0, rows * columns);
    int tile = (int) request.layout().tile();
    Blocks blocks =
        tile == 1 ? Blocks.columns(values, rows, columns) : gathered(values, rows, tile);
    weigh(request, blocks, firstRow, rows, tile);
    int[] counts = new int[Math.ceilDiv(columns, tile)];
    for (int run = 0; run < counts.length; run++)
      counts[run] = rows * Math.min(tile, columns - run * tile);
    ScaleFinder finder = new ScaleFinder(request, blocks, scaleAt, counts);
    finder.find();
    target.set(scaleAt, finder, counts.length);
  }

  private void weigh(CodeRequest request, Blocks blocks, long firstRow, int rows, int tile) {
    Importance importance = request.scaling().importance();
    if (importance.isEqual()) return;
    for (int r = 0; r < rows; r++)
      for (int c = 0; c < columns; c++)
        blocks.weigh(
            c % tile * rows + r,
            c / tile,
            importance.at(request.layout().place(outer, firstRow + r, column + c)));
  }

  /** Runs of as many columns as share a scale, column by column. */
  private Blocks gathered(float[] values, int rows, int tile) {
    Blocks blocks = Blocks.zeros(Math.multiplyExact(rows, tile), Math.ceilDiv(columns, tile));
    for (int r = 0; r < rows; r++)
      for (int c = 0; c < columns; c++)
        blocks.set(c % tile * rows + r, c / tile, values[r * columns + c]);
    return blocks;
  }

  private void store(
      CodeRequest request, MemorySegment target, long at, int rows, byte[] codes, Scratch scratch) {
    int bits = request.format().bits();
    boolean whole = columns == request.layout().inner();
    int lines = whole ? 1 : rows;
    int width = whole ? rows * columns : columns;
    if (bits < 8) {
      byte[] packed = scratch.packed(width);
      for (int r = 0; r < lines; r++) {
        if (r > 0) System.arraycopy(codes, r * width, codes, 0, width);
        Kernels.pack(codes, 0, width, bits, packed, 0);
        int bytes = (width * bits + 7) / 8;
        MemorySegment.copy(
            packed,
            0,
            target,
            ValueLayout.JAVA_BYTE,
            (at + r * request.layout().inner()) * bits / 8,
            bytes);
      }
      return;
    }
    int bytes = request.format().width();
    for (int r = 0; r < lines; r++) {
      MemorySegment.copy(
          codes,
          r * width * bytes,
          target,
          ValueLayout.JAVA_BYTE,
          (at + r * request.layout().inner()) * bytes,
          width * bytes);
    }
  }
}
