package dev.halftone.quantize.codes;

import java.util.ArrayList;
import java.util.List;

/**
 * A weight value by value, each with the entry of its scale. A line is what lies side by side in
 * the weight; pieces are runs of lines of about as many values, cut by the weight's shape alone.
 */
final class WeightLines {
  private static final long PIECE = 1 << 16;

  private final CodeRequest request;
  private final CodeLayout layout;
  private final long length;

  private WeightLines(CodeRequest request) {
    this.request = request;
    this.layout = request.layout();
    boolean alongRows = layout.transposed() ? layout.inner() > 1 : layout.inner() == 1;
    this.length =
        alongRows ? layout.length() : layout.transposed() ? layout.outer() : layout.inner();
  }

  /** Takes a value, the entry of its scale, and its place in the weight. */
  @FunctionalInterface
  interface Visitor {
    void visit(float value, int entry, long element);
  }

  /** Some neighbouring lines. */
  final class Piece {
    private final long first;
    private final long end;

    private Piece(long first, long end) {
      this.first = first;
      this.end = end;
    }

    void visit(Scratch scratch, Visitor visitor) {
      int width = Math.toIntExact(length);
      float[] values = scratch.values(width);
      for (long line = first; line < end; line++) {
        Values.read(request.weight(), line * length, values, 0, width);
        visitLine(line, values, width, visitor);
      }
    }
  }

  static List<Piece> pieces(CodeRequest request) {
    WeightLines lines = new WeightLines(request);
    long count = request.layout().count() / lines.length;
    long height = Math.max(1, PIECE / lines.length);
    List<Piece> pieces = new ArrayList<>();
    for (long first = 0; first < count; first += height)
      pieces.add(lines.new Piece(first, Math.min(count, first + height)));
    return pieces;
  }

  private void visitLine(long line, float[] values, int width, Visitor visitor) {
    boolean columns = layout.inner() > 1;
    for (int i = 0; i < width; i++) {
      long entry;
      if (!layout.transposed() && columns)
        entry = entry(line / layout.length(), line % layout.length(), i);
      else if (columns) entry = entry(line / layout.inner(), i, line % layout.inner());
      else if (layout.transposed()) entry = entry(i, line, 0);
      else entry = entry(line, i, 0);
      visitor.visit(values[i], (int) entry, line * width + i);
    }
  }

  private long entry(long outer, long k, long column) {
    return (outer * layout.blocks() + k / layout.block()) * layout.inner() + column;
  }
}
