package dev.halftone.toolkit;

import dev.halftone.data.yaml.Section;
import dev.halftone.recipe.Rule;
import dev.halftone.recipe.RuleMatcher;
import dev.halftone.recipe.RuleSettings;
import dev.halftone.scheme.CodeRange;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One of the rules of a recipe file. */
final class RuleSection {
  private final Section section;

  private RuleSection(Section section) {
    this.section = section;
  }

  /** Reads a rule; every error names file and line, what was found and what is allowed. */
  static PlacedRule read(Section section) {
    RuleSection reader = new RuleSection(section);
    Rule rule = new Rule(reader.matcher(), reader.settings());
    section.refuseOthers();
    if (rule.settings().equals(RuleSettings.NONE))
      throw section.wrong(
          "it says nothing, expected keep, weights, granularity, search, symmetric,"
              + " reduce-range or restricted-range");
    PlacedRule placed = new PlacedRule(rule, section);
    placed.checkAlone();
    return placed;
  }

  private RuleMatcher matcher() {
    int least = elements("min-elements", 1, 0);
    String name = section.textOrNull("name");
    return new RuleMatcher(
        operators(),
        name == null ? "*" : name,
        least,
        section.has("max-elements")
            ? elements("max-elements", Math.max(1, least), 0)
            : Long.MAX_VALUE);
  }

  private List<String> operators() {
    if (!section.has("op")) return List.of();
    List<String> operators =
        section.isText("op") ? List.of(section.text("op")) : section.texts("op");
    if (operators.isEmpty()) throw section.wrong("op", "an operator's type, as Conv, or several");
    return operators;
  }

  private int elements(String key, int least, int otherwise) {
    return section.has(key) ? section.integer(key, least, Integer.MAX_VALUE) : otherwise;
  }

  private RuleSettings settings() {
    return new RuleSettings(
        section.has("keep")
            ? section.choice("keep", List.of("float", "none")).equals("float")
            : null,
        word("weights", RecipeWords::weights),
        word("granularity", RecipeWords::granularity),
        word("search", RecipeWords::search),
        flag("symmetric"),
        range());
  }

  private @Nullable CodeRange range() {
    Boolean reduced = flag("reduce-range");
    Boolean restricted = flag("restricted-range");
    if (restricted == null)
      return reduced == null ? null : reduced ? CodeRange.REDUCED : CodeRange.USUAL;
    if (Boolean.TRUE.equals(reduced))
      throw section.wrong("restricted-range", "no such key beside reduce-range");
    return restricted ? CodeRange.RESTRICTED : CodeRange.FULL;
  }

  private @Nullable Boolean flag(String key) {
    return section.has(key)
        ? (Boolean) section.choice(key, List.of("true", "false")).equals("true")
        : null;
  }

  private <T> @Nullable T word(String key, Function<String, T> parse) {
    if (!section.has(key)) return null;
    try {
      return parse.apply(section.text(key));
    } catch (IllegalArgumentException e) {
      throw section.wrong(key, "another value: " + e.getMessage());
    }
  }
}
