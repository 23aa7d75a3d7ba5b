package dev.halftone.llm.importance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What was measured for one tensor, as it lies in one file.
 *
 * @param sums of squares, a float for each column of each matrix
 * @param counts what the sums are of: one number for each of so many equal parts of the sums
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Entry(MemorySegment sums, ByteOrder order, float[] counts) {
  /**
   * @throws IllegalArgumentException if the parts are not equal, a sum is negative, NaN or
   *     infinite, or a count is no number from 1 on, or 0
   */
  Entry {
    long values = sums.byteSize() / Float.BYTES;
    if (counts.length == 0 || values == 0 || values % counts.length != 0)
      throw new IllegalArgumentException("%d sums and %d counts".formatted(values, counts.length));
    for (float count : counts)
      if (!(count == 0 || count >= 1 && Float.isFinite(count)))
        throw new IllegalArgumentException(
            "a count of %s, expected 0, or 1 and more".formatted(count));
    checkSums(sums, order);
  }

  private static void checkSums(MemorySegment sums, ByteOrder order) {
    ValueLayout.OfFloat layout = layout(order);
    for (long i = 0; i < sums.byteSize() / Float.BYTES; i++) {
      float sum = sums.getAtIndex(layout, i);
      if (!(sum >= 0 && Float.isFinite(sum)))
        throw new IllegalArgumentException(
            "sum %d of squares is %s, expected a finite one, not negative".formatted(i, sum));
    }
  }

  private static ValueLayout.OfFloat layout(ByteOrder order) {
    return ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order);
  }

  long values() {
    return sums.byteSize() / Float.BYTES;
  }

  /**
   * Adds what was measured for the columns from {@code from} on to {@code sumsOut} and {@code
   * countsOut}, which are of one length.
   */
  void addTo(long from, float[] sumsOut, double[] countsOut) {
    ValueLayout.OfFloat layout = layout(order);
    long part = values() / counts.length;
    for (int i = 0; i < sumsOut.length; i++) {
      sumsOut[i] += sums.getAtIndex(layout, from + i);
      countsOut[i] += counts[(int) ((from + i) / part)];
    }
  }
}
