package dev.halftone.toolkit;

import dev.halftone.recipe.Rule;
import dev.halftone.recipe.RuleMatcher;
import dev.halftone.recipe.RuleSettings;
import dev.halftone.scheme.CodeRange;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A rule by the names of a recipe file's keys, in the record of a run. */
final class RuleFields {
  private RuleFields() {}

  /** What the rule says; values are strings, numbers, booleans and lists of strings. */
  static SortedMap<String, Object> of(Rule rule) {
    SortedMap<String, Object> fields = new TreeMap<>();
    RuleMatcher matcher = rule.matcher();
    if (!matcher.operators().isEmpty()) fields.put("op", matcher.operators());
    if (!matcher.name().equals("*")) fields.put("name", matcher.name());
    if (matcher.minElements() > 0) fields.put("min_elements", matcher.minElements());
    if (matcher.maxElements() < Long.MAX_VALUE) fields.put("max_elements", matcher.maxElements());
    RuleSettings settings = rule.settings();
    if (settings.keepFloat() != null) fields.put("keep", settings.keepFloat() ? "float" : "none");
    if (settings.weights() != null) fields.put("weights", settings.weights().name());
    if (settings.granularity() != null) fields.put("granularity", settings.granularity().text());
    if (settings.search() != null) fields.put("search", settings.search().toString());
    if (settings.symmetric() != null) fields.put("symmetric", settings.symmetric());
    range(settings.range(), fields);
    return fields;
  }

  private static void range(@Nullable CodeRange range, SortedMap<String, Object> fields) {
    switch (range) {
      case null -> {}
      case USUAL -> fields.put("reduce_range", false);
      case REDUCED -> fields.put("reduce_range", true);
      case RESTRICTED -> fields.put("restricted_range", true);
      case FULL -> fields.put("restricted_range", false);
    }
  }
}
