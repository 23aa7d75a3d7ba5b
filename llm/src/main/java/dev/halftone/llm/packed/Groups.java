package dev.halftone.llm.packed;

import java.util.function.IntUnaryOperator;

/**
 * Which columns of a matrix share a scale.
 *
 * @param count of groups
 * @param one whether there is one scale for all rows too
 * @param byGroup whether scales lie group by group and not row by row
 */
record Groups(int columns, int count, IntUnaryOperator group, boolean one, boolean byGroup) {
  /** Groups of neighbours, the last perhaps smaller. */
  static Groups neighbours(int columns, int size, boolean byGroup) {
    int count = Math.ceilDiv(columns, size);
    return new Groups(columns, count, column -> column / size, false, byGroup);
  }

  /** One scale for all values. */
  static Groups single(int columns) {
    return new Groups(columns, 1, column -> 0, true, false);
  }

  /** The group of each column as a list tells. */
  static Groups listed(int[] groupOf, int count, boolean byGroup) {
    int[] list = groupOf.clone();
    return new Groups(list.length, count, column -> list[column], false, byGroup);
  }

  int of(int column) {
    return group.applyAsInt(column);
  }

  /** Index of the scale of a row's group. */
  long scale(long row, int number, long rows) {
    if (one) return 0;
    return byGroup ? number * rows + row : row * count + number;
  }
}
