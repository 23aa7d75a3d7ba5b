package dev.halftone.recipe;

import java.util.ArrayList;
import java.util.List;

/**
 * Which nodes a rule is about: those that meet all of its conditions.
 *
 * @param operators types of operators, one of which the node has; empty means any
 * @param name pattern of the node's name ({@code *} and {@code ?}); {@code *} means any
 * @param minElements fewest elements of the weight; 0 means that no number is too small
 * @param maxElements most elements of the weight; {@link Long#MAX_VALUE} means that none is too
 *     large
 */
public record RuleMatcher(List<String> operators, String name, long minElements, long maxElements) {
  /** Every node. */
  public static final RuleMatcher ALL = new RuleMatcher(List.of(), "*", 0, Long.MAX_VALUE);

  public RuleMatcher {
    operators = List.copyOf(operators);
    if (minElements < 0 || maxElements < minElements)
      throw new IllegalArgumentException(
          "no number of elements is from %d to %d".formatted(minElements, maxElements));
  }

  /**
   * Whether a node is meant.
   *
   * @param elements of the weight that it reads, 0 when it has none; a condition on the number of
   *     elements is then not met
   */
  public boolean matches(String label, String opType, long elements) {
    return (operators.isEmpty() || operators.contains(opType))
        && (!isSized() || elements > 0 && elements >= minElements && elements <= maxElements)
        && NamePattern.of(name).matches(label);
  }

  /** Whether the number of elements is a condition. */
  public boolean isSized() {
    return minElements > 0 || maxElements < Long.MAX_VALUE;
  }

  /** As in a recipe file; empty for every node. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    if (!operators.isEmpty()) parts.add("op: [" + String.join(", ", operators) + "]");
    if (!name.equals("*")) parts.add("name: '" + name.replace("'", "''") + "'");
    if (minElements > 0) parts.add("min-elements: " + minElements);
    if (maxElements < Long.MAX_VALUE) parts.add("max-elements: " + maxElements);
    return String.join(", ", parts);
  }
}
