package dev.halftone.quantize.codes;

import java.util.ArrayList;
import java.util.List;

/** Cuts an encoding into parts that fit a cache and can be computed at the same time. */
final class Tiles {
  /** Values in a part, about: 256 KB of floats. */
  private static final long SIZE = 1 << 16;

  private Tiles() {}

  static List<Workers.Task> of(CodeRequest request, EncodingTarget target) {
    CodeLayout layout = request.layout();
    List<Workers.Task> tasks = new ArrayList<>();
    if (layout.inner() == 1
        && layout.outer() == 1
        && layout.block() >= layout.length()
        && !layout.padded()) {
      tasks.add(scratch -> WholeTensor.encode(request, target, scratch));
    } else if (layout.inner() == 1) {
      rows(request, target, tasks);
    } else {
      columns(request, target, tasks);
    }
    return tasks;
  }

  /**
   * Parts of whole rows, a multiple of eight, so that codes below 8 bits share no byte between
   * parts, and of what shares scales.
   */
  private static void rows(CodeRequest request, EncodingTarget target, List<Workers.Task> tasks) {
    CodeLayout layout = request.layout();
    long step = multiple(8, layout.tile());
    long height = Math.max(step, SIZE / layout.storedLength() / step * step);
    for (long from = 0; from < layout.outer(); from += height) {
      long first = from;
      int count = (int) Math.min(height, layout.outer() - from);
      tasks.add(scratch -> RowTile.encode(request, target, first, count, scratch));
    }
  }

  private static void columns(
      CodeRequest request, EncodingTarget target, List<Workers.Task> tasks) {
    CodeLayout layout = request.layout();
    long width = width(request);
    for (long outer = 0; outer < layout.outer(); outer++) {
      for (long block = 0; block < layout.blocks(); block++) {
        for (long column = 0; column < layout.inner(); column += width) {
          int columns = (int) Math.min(width, layout.inner() - column);
          ColumnTile tile = new ColumnTile(outer, block, column, columns);
          tasks.add(scratch -> tile.encode(request, target, scratch));
        }
      }
    }
  }

  /**
   * Columns in a part: all of them when a block is flat, or when rows of codes below 8 bits do not
   * end at whole bytes.
   */
  private static long width(CodeRequest request) {
    CodeLayout layout = request.layout();
    boolean wholeBytes = layout.inner() * request.format().bits() % 8 == 0;
    if (!wholeBytes || layout.block() * layout.inner() <= 8 * SIZE) return layout.inner();
    long step = multiple(128, layout.tile());
    return Math.max(step, SIZE / layout.block() / step * step);
  }

  /** The least common multiple of a power of two and another number. */
  private static long multiple(long power, long other) {
    return other * (power / Math.min(power, Long.lowestOneBit(other)));
  }
}
