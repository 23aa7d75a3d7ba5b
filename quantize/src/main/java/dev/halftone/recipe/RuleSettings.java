package dev.halftone.recipe;

import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.ScaleSearch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule says; null is what it leaves as it was.
 *
 * @param keepFloat whether the node stays as it is
 * @param weights number format of its weight
 * @param granularity which elements of the weight share a scale
 * @param search how scales of the weight are chosen
 * @param symmetric whether the zero point of the weight is in the middle of the type
 * @param range codes that the weight uses; one that is for symmetric integers binds no others
 */
public record RuleSettings(
    @Nullable Boolean keepFloat,
    @Nullable WeightFormat weights,
    @Nullable Granularity granularity,
    @Nullable ScaleSearch search,
    @Nullable Boolean symmetric,
    @Nullable CodeRange range) {
  /** Nothing said. */
  public static final RuleSettings NONE = new RuleSettings(null, null, null, null, null);

  /** The node stays as it is. */
  public static final RuleSettings KEEP = new RuleSettings(true, null, null, null, null);

  /** Without a word about the codes that the weight uses. */
  public RuleSettings(
      @Nullable Boolean keepFloat,
      @Nullable WeightFormat weights,
      @Nullable Granularity granularity,
      @Nullable ScaleSearch search,
      @Nullable Boolean symmetric) {
    this(keepFloat, weights, granularity, search, symmetric, null);
  }

  /** These settings where they say something, else the earlier ones. */
  public RuleSettings over(RuleSettings earlier) {
    return new RuleSettings(
        keepFloat != null ? keepFloat : earlier.keepFloat,
        weights != null ? weights : earlier.weights,
        granularity != null ? granularity : earlier.granularity,
        search != null ? search : earlier.search,
        symmetric != null ? symmetric : earlier.symmetric,
        range != null ? range : earlier.range);
  }

  /** As in a recipe file; empty when nothing is said. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    if (keepFloat != null) parts.add("keep: " + (keepFloat ? "float" : "none"));
    if (weights != null) parts.add("weights: '" + weights.name() + "'");
    if (granularity != null) parts.add("granularity: '" + granularity.text() + "'");
    if (search != null) parts.add("search: '" + search + "'");
    if (symmetric != null) parts.add("symmetric: " + symmetric);
    if (range != null) parts.add(text(range));
    return String.join(", ", parts);
  }

  private static String text(CodeRange range) {
    return switch (range) {
      case USUAL -> "reduce-range: false";
      case REDUCED -> "reduce-range: true";
      case RESTRICTED -> "restricted-range: true";
      case FULL -> "restricted-range: false";
    };
  }
}
