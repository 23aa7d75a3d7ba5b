package dev.halftone.toolkit.packed;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** A part of the work on a result: bytes that are made together. */
interface Piece {
  /**
   * Where some of its bytes go: {@code bytes} of them in a tensor, from its byte {@code from} on.
   */
  record Region(String tensor, long from, long bytes) {}

  /** What was made: the bytes of each region, and how far they are from the source. */
  record Made(List<MemorySegment> parts, MatrixError error) {
    public Made {
      parts = List.copyOf(parts);
    }
  }

  /** Where its bytes go, in order; known before they are made. */
  List<Region> regions();

  /** Bytes that count as done with it, for people. */
  long progress();

  Made make();
}
