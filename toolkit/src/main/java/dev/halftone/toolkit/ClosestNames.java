package dev.halftone.toolkit;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Names that somebody may have meant who misspelled one. */
final class ClosestNames {
  private ClosestNames() {}

  /** All of {@code names}, the closest first; those that are equally close in their given order. */
  static List<String> to(String wanted, Collection<String> names) {
    return names.stream().sorted(Comparator.comparingInt(name -> distance(wanted, name))).toList();
  }

  /**
   * Levenshtein's distance: the fewest characters to insert, delete or replace (Wagner and Fischer,
   * The string-to-string correction problem, 1974).
   */
  private static int distance(String from, String to) {
    int[] before = new int[to.length() + 1];
    for (int j = 0; j < before.length; j++) before[j] = j;
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[before.length];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = before[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], before[j]));
      }
      before = row;
    }
    return before[to.length()];
  }
}
