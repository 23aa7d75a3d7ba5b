package dev.halftone.toolkit;

import dev.halftone.graph.Model;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was done differently to two models, for people who review a change.
 *
 * @param lines blocks that differ, with a title of two spaces and the lines that only one of the
 *     two has behind {@code - } or {@code + }; blocks of the first model in its order, then those
 *     that only the second has
 * @param same blocks that do not differ
 * @param different blocks that do
 */
public record PlanDifference(List<String> lines, int same, int different) {
  public PlanDifference {
    lines = List.copyOf(lines);
  }

  /** The second beside the first, as {@link StoredPlan} tells them. */
  public static PlanDifference of(Model first, Model second) {
    Map<String, List<String>> before = StoredPlan.of(first);
    Map<String, List<String>> after = StoredPlan.of(second);
    Set<String> titles = new LinkedHashSet<>(before.keySet());
    titles.addAll(after.keySet());
    List<String> lines = new ArrayList<>();
    int different = 0;
    for (String title : titles) {
      List<String> old = before.get(title);
      List<String> now = after.get(title);
      if (old != null && old.equals(now)) continue;
      different++;
      lines.add(old == null ? "+ " + title : now == null ? "- " + title : "  " + title);
      add(lines, "-   ", old == null ? List.of() : old, now == null ? List.of() : now);
      add(lines, "+   ", now == null ? List.of() : now, old == null ? List.of() : old);
    }
    return new PlanDifference(lines, titles.size() - different, different);
  }

  /** Of equal lines as many as the other has fewer. */
  private static void add(List<String> lines, String mark, List<String> has, List<String> other) {
    List<String> left = new ArrayList<>(other);
    for (String line : has) if (!left.remove(line)) lines.add(mark + line);
  }
}
