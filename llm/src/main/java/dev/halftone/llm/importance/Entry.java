package dev.halftone.llm.importance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What was measured for one tensor, as it lies in the file.
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

  /** Means {@code from} to {@code from + count}: sum / count in floats; 1 where the count is 0. */
  float[] means(long from, int count) {
    float[] means = new float[count];
    MemorySegment.copy(sums, layout(order), from * Float.BYTES, means, 0, count);
    long part = values() / counts.length;
    for (int i = 0; i < count; i++) {
      float divisor = counts[(int) ((from + i) / part)];
      means[i] = divisor > 0 ? means[i] / divisor : 1;
    }
    return means;
  }

  @Override
  public String toString() {
    return "%d sums, counts %s".formatted(values(), Arrays.toString(counts));
  }
}
