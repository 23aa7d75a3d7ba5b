package dev.halftone.toolkit.packed;

import dev.halftone.quantize.codes.Codes;
import dev.halftone.recipe.Granularity;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Rows of a matrix, from {@code first} on, as codes with their scales. */
record MatrixPiece(PackedMatrix matrix, MatrixEncoder encoder, long first, long count)
    implements Piece {
  /** All of a matrix. */
  static List<Piece> of(PackedMatrix matrix, MatrixEncoder encoder) {
    List<Piece> pieces = new ArrayList<>();
    long step = matrix.rowsOfPiece();
    for (long first = 0; first < matrix.rows(); first += step)
      pieces.add(new MatrixPiece(matrix, encoder, first, Math.min(step, matrix.rows() - first)));
    return pieces;
  }

  private Tensor part() {
    return matrix.weight().rows(first, first + count);
  }

  @Override
  public List<Region> regions() {
    PackedScheme scheme = matrix.scheme();
    List<Region> regions = new ArrayList<>();
    long rowBytes = matrix.columns() * scheme.element().bits() / Byte.SIZE;
    regions.add(new Region(matrix.codes(), first * rowBytes, count * rowBytes));
    int scaleBytes = matrix.scaleType().bits() / Byte.SIZE;
    if (scheme.granularity() instanceof Granularity.PerTensor) {
      regions.add(new Region(matrix.scales(), 0, scaleBytes)); // The same in every piece.
    } else {
      long rowScales = matrix.groups() * scaleBytes;
      regions.add(new Region(matrix.scales(), first * rowScales, count * rowScales));
    }
    if (!scheme.symmetric()) {
      long words = matrix.groups() * Integer.BYTES;
      long ofWord = scheme.codesOfWord();
      regions.add(new Region(matrix.zeroPoints(), first / ofWord * words, count / ofWord * words));
    }
    if (hasShape()) regions.add(new Region(matrix.shape(), 0, 2 * Long.BYTES));
    return regions;
  }

  private boolean hasShape() {
    return first == 0 && matrix.scheme().isPacked();
  }

  @Override
  public long progress() {
    return part().byteSize();
  }

  @Override
  public Made make() {
    Codes codes = encoder.encode(first, count);
    PackedScheme scheme = matrix.scheme();
    List<MemorySegment> parts = new ArrayList<>();
    parts.add(
        scheme.isPacked() ? Words.ofCodes(codes) : codes.codes(codes.layout().codes()).data());
    parts.add(scales(codes).data());
    if (!scheme.symmetric()) parts.add(Words.ofZeroPoints(codes));
    if (hasShape()) parts.add(Tensor.ofLongs(matrix.weight().shape(), 2).data());
    return new Made(parts, MatrixError.of(part(), codes));
  }

  private static Tensor scales(Codes codes) {
    long count = codes.layout().scales();
    return codes.scaleStorage() instanceof ScaleStorage.Float32
        ? codes.scales(count)
        : codes.halfScales(count);
  }
}
