package dev.halftone.llm.importance;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Importance of the columns of a tensor: of one matrix, or of one for each expert. Thread-safe. */
public final class ColumnWeights {
  /** Adding to it gives what is added, to the sign of a zero. */
  private static final float NOTHING = -0f;

  private final List<Entry> entries;
  private final int columns;

  /**
   * @param entries of the tensor, one of each file, all with the same number of values
   */
  ColumnWeights(List<Entry> entries, int columns) {
    this.entries = entries;
    this.columns = columns;
  }

  /** How many matrices have weights of their own: the tensor's third dimension. */
  public long experts() {
    return entries.getFirst().values() / columns;
  }

  /**
   * Weights of the columns of matrix {@code expert}, counted along the tensor's third dimension:
   * the sum of squares / the count, in floats; 1 each if nothing was measured. Sums of several
   * files are added in their order. A new array.
   *
   * @throws IndexOutOfBoundsException if there is no such expert
   */
  public float[] of(long expert) {
    Objects.checkIndex(expert, experts());
    float[] means = new float[columns];
    double[] counts = new double[columns];
    Arrays.fill(means, NOTHING);
    for (Entry entry : entries) entry.addTo(expert * columns, means, counts);
    for (int i = 0; i < columns; i++) means[i] = counts[i] > 0 ? means[i] / (float) counts[i] : 1;
    return means;
  }
}
