package dev.halftone.toolkit;

import dev.halftone.number.IntegerFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.Rule;
import dev.halftone.recipe.RuleMatcher;
import dev.halftone.recipe.RuleSettings;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.CodebookSharing;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a model is trained to: the numbers that its file has.
 *
 * @param weights signed integers of 2 to 8 bits, ternary, uint8, floats and levels of 8 bits and
 *     fewer, or a codebook for each weight
 * @param activations UINT8, INT8, UINT4 or INT4
 * @param granularity one scale for each weight, for each of its output channels, or for blocks of
 *     those
 * @param include patterns of node names to quantize; empty means all
 * @param exclude patterns of node names to leave in float
 * @param eightBits patterns of names of nodes whose weights are INT8, whatever the others are
 * @param target for which weights of 8 bits have 7 where sums of two products saturate: no training
 *     in floats sees that
 */
public record TrainRequest(
    WeightFormat weights,
    DType activations,
    Granularity granularity,
    Calibration calibration,
    List<String> include,
    List<String> exclude,
    List<String> eightBits,
    Target target) {
  private static final Set<DType> ACTIVATIONS =
      Set.of(DType.UINT8, DType.INT8, DType.UINT4, DType.INT4);

  private static final WeightFormat INT8 = new WeightFormat.Element(DType.INT8);
  private static final String KNOWN =
      "int2 to int8, uint8 and ternary, floats and levels of 8 bits and fewer (fp8-e4m3, fp4-e2m1,"
          + " log4, nf4), and codebook:2 to codebook:8, each weight's own";

  /**
   * @throws IllegalArgumentException if these numbers cannot be trained for
   */
  public TrainRequest {
    if (!canBeTrained(weights))
      throw new IllegalArgumentException(
          "--weights %s: training knows %s".formatted(weights.name(), KNOWN));
    if (!ACTIVATIONS.contains(activations))
      throw new IllegalArgumentException(
          "--activations %s: training knows uint8, int8, uint4 and int4"
              .formatted(name(activations)));
    if (target.symmetricActivations() && activations != target.activations())
      throw new IllegalArgumentException(
          "--activations %s: target %s knows %s alone"
              .formatted(name(activations), target.name(), name(target.activations())));
    if (granularity instanceof Granularity.PerTile)
      throw new IllegalArgumentException(
          "--granularity %s: training knows tensor, channel and block:N"
              .formatted(granularity.text()));
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
    eightBits = List.copyOf(eightBits);
  }

  private static String name(DType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static boolean canBeTrained(WeightFormat weights) {
    return switch (weights) {
      case WeightFormat.Element(DType type) ->
          type == DType.UINT8 || NumberFormat.of(type).isSigned();
      case WeightFormat.Numbers(NumberFormat numbers) ->
          numbers.bits() <= 8 && (!(numbers instanceof IntegerFormat) || numbers.isSigned());
      case WeightFormat.Codebook(int ignored, CodebookSharing sharing) ->
          sharing instanceof CodebookSharing.Own;
      case WeightFormat.Blocks ignored -> false;
    };
  }

  /**
   * The numbers that a word names.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static WeightFormat weights(String word) {
    try {
      return WeightFormat.parse(word);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'%s' is not one of %s".formatted(word, KNOWN), e);
    }
  }

  /**
   * The type of activations that a word names.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static DType activations(String word) {
    for (DType type : ACTIVATIONS)
      if (name(type).equals(word.toLowerCase(Locale.ROOT))) return type;
    throw new IllegalArgumentException(
        "'%s' is not one of uint8, int8, uint4, int4".formatted(word));
  }

  /**
   * The recipe that training starts from: static, scales of least squared error, and nothing left
   * in float for the sake of speed, since what few bits gain is size.
   */
  ResolvedRecipe recipe() {
    Recipe recipe =
        new Recipe(
                Mode.STATIC,
                base(),
                activations,
                granularity,
                target.symmetricActivations(),
                true,
                false,
                false,
                false,
                true,
                calibration,
                include,
                exclude,
                true,
                new ScaleSearch.SquaredError(),
                new ScaleStorage.Float32())
            .withProcessor(Processor.ANY)
            .withRules(eightBits.stream().map(this::eightBits).toList());
    return new ResolvedRecipe("", recipe, target, notes());
  }

  /** The format of the weights that have no other: those in blocks are decoded to floats. */
  private WeightFormat base() {
    return granularity.isBlocked() ? weights : narrowed(weights);
  }

  /**
   * 7 bits in the place of 8 where two products of 8 do not fit their sum. Codes of INT4 count as
   * those of INT8: ONNX Runtime moves both by 128.
   */
  private WeightFormat narrowed(WeightFormat format) {
    boolean saturates = target.reduceRange() && activations != DType.UINT4 && format.equals(INT8);
    return saturates ? new WeightFormat.Numbers(IntegerFormat.signed(Byte.SIZE - 1)) : format;
  }

  private List<String> notes() {
    boolean concerned = !base().equals(weights) || !eightBits.isEmpty();
    if (!concerned || narrowed(INT8).equals(INT8)) return List.of();
    return List.of(
        "int8 weights have 7 bits: processors without VNNI (%s) add two products in 16 bits, which"
                .formatted(target.name())
            + " saturate; --target x86-vnni gives all 8");
  }

  /** By channel where the others are by block: so they compute in integers. */
  private Rule eightBits(String pattern) {
    RuleMatcher named = new RuleMatcher(List.of(), pattern, 0, Long.MAX_VALUE);
    Granularity own = granularity.isBlocked() ? new Granularity.PerChannel() : null;
    return new Rule(named, new RuleSettings(null, narrowed(INT8), own, null, null));
  }
}
