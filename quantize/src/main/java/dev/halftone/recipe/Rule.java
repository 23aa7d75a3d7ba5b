package dev.halftone.recipe;

/**
 * What some nodes of a model have differently. Of several rules that match a node the last one that
 * says a setting decides it; what none says is as in the rest of the recipe.
 */
public record Rule(RuleMatcher matcher, RuleSettings settings) {
  /** A YAML flow mapping, which can stand in a recipe file: {@code {op: [Conv], keep: float}}. */
  @Override
  public String toString() {
    String settled = settings.toString();
    String matched = matcher.toString();
    return "{" + matched + (matched.isEmpty() || settled.isEmpty() ? "" : ", ") + settled + "}";
  }
}
