package dev.halftone.toolkit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A built-in recipe as a recipe file to save and edit. */
final class NamedRecipeYaml {
  private NamedRecipeYaml() {}

  /**
   * Every key that the recipe has, with its value. What depends on the target stands as comments,
   * one line for each value with the targets that it is for, so that the file does what the name
   * does on every machine; with a comment sign taken away it is fixed.
   */
  static String of(NamedRecipe recipe) {
    StringBuilder fixed = new StringBuilder();
    StringBuilder open = new StringBuilder();
    values(recipe)
        .forEach(
            (key, byValue) -> {
              if (byValue.size() == 1)
                fixed.append("%s: %s\n".formatted(key, byValue.keySet().iterator().next()));
              else byValue.forEach((value, targets) -> open.append(comment(key, value, targets)));
            });
    return """
    # %s: %s of the size of FP32
    # Good for: %s
    # Cost: %s
    """
            .formatted(recipe.name(), recipe.size(), recipe.purpose(), recipe.cost())
        + fixed
        + (open.isEmpty() ? "" : "# As the target wants it, unless it is said:\n" + open)
        + "# Also: extends, include, exclude, target, quantize-everything, rules (docs/cli.md)\n";
  }

  private static String comment(String key, String value, List<String> targets) {
    return "# %-28s # %s\n".formatted(key + ": " + value, String.join(", ", targets));
  }

  /** For each key the values that it can have, and the targets for which it has them. */
  private static SortedMap<String, Map<String, List<String>>> values(NamedRecipe recipe) {
    List<Line> lines =
        Target.all().stream().flatMap(target -> lines(recipe, target).stream()).toList();
    return lines.stream()
        .collect(
            Collectors.groupingBy(
                Line::key,
                TreeMap::new,
                Collectors.groupingBy(
                    Line::value,
                    LinkedHashMap::new,
                    Collectors.mapping(Line::target, Collectors.toList()))));
  }

  private record Line(String key, String value, String target) {}

  private static List<Line> lines(NamedRecipe recipe, Target target) {
    RecipeRequest request = recipe.request().target(target.name());
    return RecipeYaml.lines(RecipeResolver.withoutModel(request).recipe()).entrySet().stream()
        .map(line -> new Line(line.getKey(), line.getValue(), target.name()))
        .toList();
  }
}
