package dev.halftone.train.operator;

import java.lang.foreign.MemorySegment;

/** What {@link FusedRounding} does in one pass: forward, and back. */
interface Rounder {
  /** Writes what becomes of {@code x}. */
  void round(MemorySegment x, MemorySegment y);

  /**
   * Writes the gradient of {@code x}, from that of {@code y}.
   *
   * @param zeroPoints whether the gradients of zero points are wanted
   */
  Sums gradients(MemorySegment x, MemorySegment dy, MemorySegment dx, boolean zeroPoints);

  /** Gradients of scales and of zero points, one for each scale; the latter 0 if not wanted. */
  @SuppressWarnings("ArrayRecordComponent") // Handed over, read once.
  record Sums(double[] scales, double[] zeroPoints) {}
}
