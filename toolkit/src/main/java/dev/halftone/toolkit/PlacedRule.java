package dev.halftone.toolkit;

import dev.halftone.data.yaml.Section;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Rule;
import dev.halftone.recipe.RuleSettings;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.CodeRange;
import org.jspecify.annotations.Nullable;

/**
 * A rule and where it stands, for messages.
 *
 * @param section null for a rule that stands in no file
 */
record PlacedRule(Rule rule, @Nullable Section section) {
  /**
   * Refuses settings that exclude each other or that a mode cannot have: integer arithmetic takes
   * whole bytes, symmetric in static mode, and a scale per channel at the finest; half precision
   * knows nothing but keep.
   *
   * @throws dev.halftone.graph.MalformedDataException naming file, line, what was found and what is
   *     allowed
   * @throws IllegalArgumentException if the rule stands in no file
   */
  void check(Mode mode) {
    checkAlone();
    RuleSettings settings = rule.settings();
    String in = " in " + RecipeWords.word(mode) + " mode";
    switch (mode) {
      case FP16, BF16 -> {
        String only = "only keep" + in;
        refuse(settings.weights() != null, "weights", only);
        refuse(settings.granularity() != null, "granularity", only);
        refuse(settings.search() != null, "search", only);
        refuse(settings.symmetric() != null, "symmetric", only);
        refuse(settings.range() != null, rangeKey(settings), only);
      }
      case STATIC -> {
        checkBytes(settings, in);
        refuse(
            settings.search() != null && settings.search().needsZeroPoint(),
            "search",
            "a search that chooses no zero points" + in);
        refuse(
            settings.symmetric() != null,
            "symmetric",
            "keep, weights, granularity, search or a range" + in + ", whose weights are symmetric");
      }
      case DYNAMIC -> {
        checkBytes(settings, in);
        refuse(
            settings.search() != null,
            "search",
            "keep, weights, granularity, symmetric or a range" + in);
      }
      case WEIGHTS ->
          refuse(
              settings.weights() instanceof WeightFormat.Blocks
                  && settings.granularity() != null
                  && !(settings.granularity() instanceof Granularity.PerTile),
              "granularity",
              "block:RxC or none, since the format of these weights has its own blocks");
    }
  }

  /** Refuses settings that exclude each other in every mode, as {@link #check}. */
  void checkAlone() {
    RuleSettings settings = rule.settings();
    refuse(
        isForSymmetricIntegers(settings) && !mayBeSymmetricIntegers(settings),
        "restricted-range",
        "no such key for weights that are not symmetric integers");
    refuse(
        settings.range() == CodeRange.REDUCED
            && settings.weights() != null
            && !RecipeResolver.isByte(settings.weights()),
        "reduce-range",
        "no such key for weights that are not int8 or uint8");
  }

  private static boolean isForSymmetricIntegers(RuleSettings settings) {
    return settings.range() == CodeRange.RESTRICTED || settings.range() == CodeRange.FULL;
  }

  private static boolean mayBeSymmetricIntegers(RuleSettings settings) {
    return !Boolean.FALSE.equals(settings.symmetric())
        && (settings.weights() == null || RecipeResolver.isInteger(settings.weights()));
  }

  private static String rangeKey(RuleSettings settings) {
    return isForSymmetricIntegers(settings) ? "restricted-range" : "reduce-range";
  }

  private void checkBytes(RuleSettings settings, String in) {
    boolean bytes =
        settings.weights() == null
            || settings.weights() instanceof WeightFormat.Element(var type) && type.bits() == 8;
    refuse(!bytes, "weights", "int8 or uint8" + in);
    refuse(
        settings.granularity() != null && settings.granularity().isBlocked(),
        "granularity",
        "tensor or channel" + in);
  }

  private void refuse(boolean impossible, String key, String allowed) {
    if (!impossible) return;
    if (section != null) throw section.wrong(key, allowed);
    throw new IllegalArgumentException(
        "\"%s\" of rule %s: expected %s".formatted(key, rule, allowed));
  }
}
