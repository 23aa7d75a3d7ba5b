package dev.halftone.llm.source;

import dev.halftone.checkpoint.gguf.TensorInfo;

/** A tensor of a checkpoint, read in pieces. Thread-safe: any rows may be read by any thread. */
public interface RowSource {
  /** Its name and dimensions in the checkpoint that is written, and the type that it has so far. */
  TensorInfo info();

  /**
   * Values of rows, one after the other, into {@code out[0, count * length of a row)}.
   *
   * @param first counts rows through all dimensions but the first
   * @throws IndexOutOfBoundsException if there are not so many rows, or {@code out} is too short
   * @throws UnsupportedOperationException if {@link #hasValues} says no
   * @throws java.io.UncheckedIOException if the file cannot be read or has become shorter
   */
  void readRows(long first, int count, float[] out);

  /** Whether the type is one that stands for floats that weights are made of. */
  boolean hasValues();

  /**
   * Blocks as they are stored, of the type that {@link #info} tells, little-endian, into {@code
   * out[0, count * bytes of a block)}.
   *
   * @throws IndexOutOfBoundsException if there are not so many blocks, or {@code out} is too short
   * @throws java.io.UncheckedIOException if the file cannot be read or has become shorter
   */
  void copyBlocks(long first, int count, byte[] out);
}
