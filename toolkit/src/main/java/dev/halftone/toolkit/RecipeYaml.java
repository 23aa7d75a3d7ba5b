package dev.halftone.toolkit;

import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A recipe as the text of a recipe file, which {@link RecipeFile} reads. */
final class RecipeYaml {
  private RecipeYaml() {}

  /**
   * All that was decided, one key a line, sorted. Read again it resolves to the same recipe on
   * every machine: nothing is left to the target.
   */
  static String of(Recipe recipe) {
    return lines(recipe).entrySet().stream()
        .map(line -> line.getKey() + ": " + line.getValue() + "\n")
        .collect(Collectors.joining());
  }

  /** The keys of the file and the text of their values. */
  static SortedMap<String, String> lines(Recipe recipe) {
    SortedMap<String, Object> fields = RecipeText.fields(recipe);
    // What follows from another key has none of its own.
    if (recipe.mode() == Mode.FP16 || recipe.mode() == Mode.BF16) fields.remove("weights");
    if (recipe.weights() instanceof WeightFormat.Blocks) {
      if (!(recipe.granularity() instanceof Granularity.PerTile)) fields.remove("granularity");
      fields.remove("scales");
    }
    SortedMap<String, String> lines = new TreeMap<>();
    fields.forEach((name, value) -> lines.put(key(name), value(value)));
    return lines;
  }

  private static String key(Object name) {
    return name.toString().replace('_', '-');
  }

  private static String value(Object value) {
    return switch (value) {
      case List<?> list ->
          list.stream().map(RecipeYaml::value).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> key(entry.getKey()) + ": " + value(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      default -> scalar(value.toString());
    };
  }

  /** Plain where YAML cannot mistake it, else in double quotes and ASCII. */
  private static String scalar(String text) {
    if (text.matches("[A-Za-z0-9]([A-Za-z0-9:._+-]*[A-Za-z0-9])?")) return text;
    return text.codePoints()
        .mapToObj(RecipeYaml::escaped)
        .collect(Collectors.joining("", "\"", "\""));
  }

  private static String escaped(int character) {
    if (character == '"' || character == '\\') return "\\" + (char) character;
    if (character >= ' ' && character <= '~') return Character.toString(character);
    return "\\U%08x".formatted(character);
  }
}
