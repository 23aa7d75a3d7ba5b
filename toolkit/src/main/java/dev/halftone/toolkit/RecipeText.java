package dev.halftone.toolkit;

import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** A resolved recipe in words: the same words that the command line takes. */
public final class RecipeText {
  private RecipeText() {}

  /**
   * What was decided, by name; only what has a meaning in the mode. Values are strings, numbers,
   * booleans, lists of strings, and for rules a list of maps.
   */
  public static SortedMap<String, Object> fields(Recipe recipe) {
    SortedMap<String, Object> fields = new TreeMap<>();
    fields.put("mode", word(recipe.mode()));
    fields.put("weights", recipe.weights().name());
    if (!recipe.include().isEmpty()) fields.put("include", recipe.include());
    if (!recipe.exclude().isEmpty()) fields.put("exclude", recipe.exclude());
    if (!recipe.rules().isEmpty())
      fields.put("rules", recipe.rules().stream().map(RuleFields::of).toList());
    if (recipe.quantizeEverything()) fields.put("quantize_everything", true);
    switch (recipe.mode()) {
      case STATIC -> {
        integers(recipe, fields);
        fields.put("activations", word(recipe.activations()));
        fields.put("symmetric_activations", recipe.symmetricActivations());
        range(recipe, fields);
        fields.put("processor", recipe.processor().word());
        fields.put("format", recipe.operatorForm() ? "qoperator" : "qdq");
        fields.put("search", recipe.search().toString());
        fields.put("calibration", recipe.calibration().toString());
      }
      case DYNAMIC -> {
        integers(recipe, fields);
        fields.put("activations", word(recipe.activations()));
        range(recipe, fields);
      }
      case WEIGHTS -> {
        integers(recipe, fields);
        range(recipe, fields);
        fields.put("matmul_nbits", recipe.matMulNBits());
        fields.put("search", recipe.search().toString());
        fields.put("scales", recipe.scales().toString());
      }
      case FP16, BF16 -> fields.put("keep_io", recipe.keepIo());
    }
    return fields;
  }

  private static void integers(Recipe recipe, SortedMap<String, Object> fields) {
    fields.put("granularity", recipe.granularity().text());
    fields.put("symmetric_weights", recipe.symmetricWeights());
  }

  private static void range(Recipe recipe, SortedMap<String, Object> fields) {
    fields.put("reduce_range", recipe.reduceRange());
    if (recipe.range() == CodeRange.RESTRICTED) fields.put("restricted_range", true);
    if (recipe.range() == CodeRange.FULL) fields.put("restricted_range", false);
  }

  /** For people: {@code static: int8 weights per channel, uint8 activations, minmax}. */
  public static String summary(Recipe recipe) {
    int rules = recipe.rules().size();
    return overall(recipe)
        + (rules == 0 ? "" : rules == 1 ? ", with 1 rule" : ", with %d rules".formatted(rules));
  }

  private static String overall(Recipe recipe) {
    String weights =
        weightSymmetry(recipe)
            + recipe.weights().name()
            + " weights per "
            + recipe.granularity().text().replace(':', ' ')
            + range(recipe);
    return switch (recipe.mode()) {
      case STATIC ->
          "static, %s%s, %s%s activations, %s, %s"
              .formatted(
                  weights,
                  scales(recipe),
                  recipe.symmetricActivations() ? "symmetric " : "",
                  word(recipe.activations()),
                  recipe.calibration().toString(),
                  recipe.operatorForm() ? "QOperator" : "QDQ");
      case DYNAMIC ->
          "dynamic, " + weights + ", uint8 activations with ranges computed at each run";
      case WEIGHTS ->
          "weights only, "
              + weights
              + scales(recipe)
              + (recipe.matMulNBits() ? ", MatMulNBits" : "");
      case FP16, BF16 ->
          word(recipe.mode()) + (recipe.keepIo() ? ", inputs and outputs in float" : "");
    };
  }

  /** Said where codes are not those that the type and the mode usually have. */
  private static String range(Recipe recipe) {
    return switch (recipe.range()) {
      case USUAL -> "";
      case FULL -> " over the full range";
      case RESTRICTED -> " in a restricted range";
      case REDUCED -> recipe.mode() == Mode.WEIGHTS ? "" : " in a reduced range";
    };
  }

  /** Said where scales are not those of the whole range, or not floats. */
  private static String scales(Recipe recipe) {
    String search =
        recipe.search() instanceof ScaleSearch.AbsMax ? "" : ", scales by " + recipe.search();
    return recipe.scales() instanceof ScaleStorage.Float32
        ? search
        : search + ", scales as " + recipe.scales();
  }

  /** Said where it is not what the type is for: signed weights symmetric, unsigned ones not. */
  private static String weightSymmetry(Recipe recipe) {
    boolean signed = !recipe.weights().name().startsWith("u");
    if (recipe.symmetricWeights() == signed) return "";
    return recipe.symmetricWeights() ? "symmetric " : "asymmetric ";
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether the model is run on samples. */
  public static boolean calibrates(Recipe recipe) {
    return recipe.mode() == Mode.STATIC || recipe.weighsErrors();
  }
}
