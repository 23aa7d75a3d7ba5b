package dev.halftone.llm.importance;

import java.util.Objects;

/** Importance of the columns of a tensor: of one matrix, or of one for each expert. Thread-safe. */
public final class ColumnWeights {
  private final Entry entry;
  private final int columns;

  ColumnWeights(Entry entry, int columns) {
    this.entry = entry;
    this.columns = columns;
  }

  /** How many matrices have weights of their own: the tensor's third dimension. */
  public long experts() {
    return entry.values() / columns;
  }

  /**
   * Weights of the columns of matrix {@code expert}, counted along the tensor's third dimension:
   * the sum of squares / the count, in floats; 1 each if nothing was measured. A new array.
   *
   * @throws IndexOutOfBoundsException if there is no such expert
   */
  public float[] of(long expert) {
    Objects.checkIndex(expert, experts());
    return entry.means(expert * columns, columns);
  }
}
