package dev.halftone.toolkit.packed;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Bytes of a tensor that stays as it is. */
record CopiedPiece(String tensor, long from, MemorySegment bytes) implements Piece {
  private static final long LARGEST = 1 << 22;

  /** All of a tensor. */
  static List<Piece> of(String tensor, MemorySegment bytes) {
    List<Piece> pieces = new ArrayList<>();
    for (long from = 0; from < bytes.byteSize(); from += LARGEST) {
      long length = Math.min(LARGEST, bytes.byteSize() - from);
      pieces.add(new CopiedPiece(tensor, from, bytes.asSlice(from, length)));
    }
    return pieces;
  }

  @Override
  public List<Region> regions() {
    return List.of(new Region(tensor, from, bytes.byteSize()));
  }

  @Override
  public long progress() {
    return bytes.byteSize();
  }

  @Override
  public Made make() {
    return new Made(List.of(bytes), MatrixError.NONE);
  }
}
