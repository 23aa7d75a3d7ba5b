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
  /** Sums that are looked at together. */
  private static final int PIECE = 1 << 12;

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
    long values = sums.byteSize() / Float.BYTES;
    float[] piece = new float[(int) Math.min(values, PIECE)];
    for (long first = 0; first < values; first += PIECE) {
      int count = (int) Math.min(PIECE, values - first);
      copy(sums, order, first, piece, count);
      for (int i = 0; i < count; i++) {
        if (!(piece[i] >= 0 && piece[i] < Float.POSITIVE_INFINITY))
          throw new IllegalArgumentException(
              "sum %d of squares is %s, expected a finite one, not negative"
                  .formatted(first + i, piece[i]));
      }
    }
  }

  /** Many at a time: one by one the JVM takes long until it has compiled the way to them. */
  private static void copy(
      MemorySegment sums, ByteOrder order, long first, float[] out, int count) {
    ValueLayout.OfFloat layout = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order);
    MemorySegment.copy(sums, layout, first * Float.BYTES, out, 0, count);
  }

  long values() {
    return sums.byteSize() / Float.BYTES;
  }

  /**
   * Adds what was measured for the columns from {@code from} on to {@code sumsOut} and {@code
   * countsOut}, which are of one length.
   */
  void addTo(long from, float[] sumsOut, double[] countsOut) {
    float[] added = new float[sumsOut.length];
    copy(sums, order, from, added, added.length);
    long part = values() / counts.length;
    for (int i = 0; i < added.length; i++) {
      sumsOut[i] += added[i];
      countsOut[i] += counts[(int) ((from + i) / part)];
    }
  }
}
