package dev.halftone.data.source;

import dev.halftone.graph.MalformedDataException;
import java.util.Arrays;

/**
 * Consecutive rows that were cut from one clip each: clip {@code g} holds rows {@code [first(g),
 * first(g + 1))}.
 */
public final class Groups {
  private final int[] firsts;

  private Groups(int[] firsts) {
    this.firsts = firsts;
  }

  /**
   * Groups of the given sizes, in order.
   *
   * @throws MalformedDataException if there are more rows in all than an int counts
   */
  public static Groups ofSizes(Object file, long[] sizes) {
    int[] firsts = new int[sizes.length + 1];
    long total = 0;
    for (int group = 0; group < sizes.length; group++) {
      total += sizes[group];
      if (total > Integer.MAX_VALUE) {
        throw new MalformedDataException(file, "more than %d windows".formatted(Integer.MAX_VALUE));
      }
      firsts[group + 1] = (int) total;
    }
    return new Groups(firsts);
  }

  /** Number of groups. */
  public int count() {
    return firsts.length - 1;
  }

  /** Number of rows in all. */
  public int rows() {
    return firsts[count()];
  }

  /** First row of {@code group}; the number of rows for {@code count()}. */
  public int first(int group) {
    return firsts[group];
  }

  /** The group that {@code row} belongs to. */
  public int of(int row) {
    int found = Arrays.binarySearch(firsts, row);
    if (found < 0) return -found - 2;
    // An empty group starts where the next one does: the row belongs to the last of them.
    while (found + 1 < firsts.length && firsts[found + 1] == row) found++;
    return found;
  }
}
