package dev.halftone.calibrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Values that are tapped in one run, so that a run holds a bounded number of bytes. */
final class TapGroups {
  private TapGroups() {}

  /**
   * Cuts the names, in their order, into groups of at most {@code limit} bytes; a larger value
   * makes a group of its own. At least one group, if only an empty one.
   */
  static List<List<String>> of(Map<String, Long> sizes, long limit) {
    List<List<String>> groups = new ArrayList<>();
    List<String> group = new ArrayList<>();
    long bytes = 0;
    for (Map.Entry<String, Long> tap : sizes.entrySet()) {
      if (!group.isEmpty() && bytes + tap.getValue() > limit) {
        groups.add(group);
        group = new ArrayList<>();
        bytes = 0;
      }
      group.add(tap.getKey());
      bytes += tap.getValue();
    }
    groups.add(group);
    return groups;
  }
}
