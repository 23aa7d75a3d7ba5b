package dev.halftone.quantize.weights;

import dev.halftone.number.BlockFormat;
import dev.halftone.number.IntegerFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.number.PowerOfTwo;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.codes.ScaleRule;
import dev.halftone.quantize.codes.ScaledNumbers;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.CodebookSharing;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;

/** What the format of a recipe's weights means for their codes, blocks and scales. */
public final class WeightCodes {
  private WeightCodes() {}

  /** The codes that a recipe asks for. */
  public static CodeFormat format(Recipe recipe) {
    return switch (recipe.weights()) {
      case WeightFormat.Element(DType type) ->
          new IntegerGrid(type, recipe.symmetricWeights(), recipe.range());
      case WeightFormat.Numbers(NumberFormat numbers) -> numbers(numbers, recipe);
      case WeightFormat.Codebook(int bits, CodebookSharing sharing) ->
          ScaledNumbers.codebook(bits, sharing);
      case WeightFormat.Blocks(BlockFormat block) ->
          new ScaledNumbers(
              block.element(),
              switch (block.rule()) {
                case SHARED_EXPONENT -> ScaleRule.SHARED_EXPONENT;
                case RATIO -> ScaleRule.COVER;
              });
    };
  }

  private static CodeFormat numbers(NumberFormat numbers, Recipe recipe) {
    if (numbers instanceof IntegerFormat integers) {
      boolean symmetric = recipe.symmetricWeights() || integers.equals(IntegerFormat.TERNARY);
      return new IntegerGrid(integers, symmetric, symmetric ? recipe.range() : CodeRange.USUAL);
    }
    return new ScaledNumbers(numbers);
  }

  /** Which weights share a scale; a block format has its own length unless tiles are asked for. */
  static Granularity granularity(Recipe recipe) {
    return recipe.weights() instanceof WeightFormat.Blocks(BlockFormat block)
            && !(recipe.granularity() instanceof Granularity.PerTile)
        ? new Granularity.PerBlock(block.length())
        : recipe.granularity();
  }

  /** What scales are stored as; a block format has its own. */
  static ScaleStorage storage(Recipe recipe) {
    if (!(recipe.weights() instanceof WeightFormat.Blocks(BlockFormat block)))
      return recipe.scales();
    return switch (block.rule()) {
      case SHARED_EXPONENT -> new ScaleStorage.Power(PowerOfTwo.ROUND);
      case RATIO -> new ScaleStorage.Float8();
    };
  }
}
