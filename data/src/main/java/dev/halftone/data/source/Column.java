package dev.halftone.data.source;

import dev.halftone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One array for each sample, read on demand. Reading is stateless and thread-safe: row {@code i} is
 * the same array whenever it is read. Arrays of one column may differ in shape.
 */
public interface Column {
  /** Number of samples. */
  int size();

  /**
   * The array of one sample, without an axis for samples.
   *
   * @throws dev.halftone.graph.MalformedDataException if the file behind it is broken
   */
  Tensor get(int row);

  /**
   * The size of {@code axis} of one sample; a column that knows it without reading the array says
   * so.
   *
   * @throws dev.halftone.graph.MalformedDataException if the array has no such axis
   */
  default long extent(int row, int axis) {
    Tensor whole = get(row);
    return Strided.checkAxis(whole, axis).dimension(axis);
  }

  /**
   * Elements {@code [from, to)} of one sample along {@code axis}; a column that need not read the
   * rest does not.
   */
  default Tensor slice(int row, int axis, long from, long to) {
    return Strided.slice(get(row), axis, from, to);
  }

  /** The clips that rows were cut from, or null when each row stands for itself. */
  default @Nullable Groups groups() {
    return null;
  }

  /** The sample for people, or null where a column knows no better than its numbers. */
  default @Nullable Preview preview(int row) {
    return null;
  }
}
