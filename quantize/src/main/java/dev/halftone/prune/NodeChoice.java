package dev.halftone.prune;

import dev.halftone.recipe.NamePattern;
import java.util.List;

/**
 * Which nodes may be pruned.
 *
 * @param include patterns of names; all nodes when there is none
 * @param exclude patterns of names, which win over {@code include}
 */
public record NodeChoice(List<String> include, List<String> exclude) {
  /** Every node. */
  public static final NodeChoice ALL = new NodeChoice(List.of(), List.of());

  public NodeChoice {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  public boolean selects(String label) {
    return NamePattern.selects(include, exclude, label);
  }

  /** Whether a pattern leaves the node out. */
  public boolean excludes(String label) {
    return !NamePattern.selects(List.of(), exclude, label);
  }

  /** Whether the node is selected and a pattern asks for it. */
  public boolean asksFor(String label) {
    return !include.isEmpty() && selects(label);
  }
}
