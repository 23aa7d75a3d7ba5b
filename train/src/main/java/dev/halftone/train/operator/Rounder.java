package dev.halftone.train.operator;

import java.lang.foreign.MemorySegment;

/** What {@link FusedRounding} does in one pass: forward, and back. */
interface Rounder {
  /** Writes what becomes of {@code x}. */
  void round(MemorySegment x, MemorySegment y);

  /** Writes the gradient of {@code x}, from that of {@code y}, and gives those of the scales. */
  double[] gradients(MemorySegment x, MemorySegment dy, MemorySegment dx);
}
