package dev.halftone.quantize.weights;

import dev.halftone.graph.Model;
import dev.halftone.graph.opset.OpsetUpgrade;
import dev.halftone.number.FloatFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.tensor.DType;
import java.util.List;

/**
 * The model under an operator set that has what the recipe asks for, as far as that can be had.
 *
 * @param blocked whether standard operators decode the recipe's type, and in blocks
 */
record OperatorSet(Model model, boolean blocked, List<String> warnings) {
  private static final long WITH_TABLES = 13;
  private static final long WITH_CHANNELS = 13;
  private static final long WITH_SMALL_FLOATS = 19;
  private static final long WITH_BLOCKS = 21;
  private static final long WITH_TWO_BITS = 25;

  static OperatorSet prepare(Model model, Recipe recipe) {
    long wanted = wanted(recipe.weights());
    boolean needed =
        wanted != WITH_BLOCKS || recipe.weights().bits() < 8 || recipe.granularity().isBlocked();
    if (!needed || model.opset() >= wanted)
      return new OperatorSet(model, model.opset() >= wanted, List.of());
    return switch (OpsetUpgrade.to(model, wanted)) {
      case OpsetUpgrade.Result.Raised(Model raised) -> new OperatorSet(raised, true, List.of());
      case OpsetUpgrade.Result.Refused(String node, String reason) ->
          new OperatorSet(model, false, List.of(refusal(recipe, model, wanted, node, reason)));
    };
  }

  /** The same model for another recipe, its operator set as it is. */
  OperatorSet as(Recipe recipe) {
    return new OperatorSet(model, model.opset() >= wanted(recipe.weights()), List.of());
  }

  private static long wanted(WeightFormat weights) {
    return switch (weights) {
      case WeightFormat.Element(DType type) -> type.bits() == 2 ? WITH_TWO_BITS : WITH_BLOCKS;
      case WeightFormat.Numbers(NumberFormat format) ->
          format instanceof FloatFormat ? WITH_SMALL_FLOATS : WITH_TABLES;
      case WeightFormat.Codebook ignored -> WITH_TABLES;
      case WeightFormat.Blocks ignored -> WITH_SMALL_FLOATS;
    };
  }

  private static String refusal(
      Recipe recipe, Model model, long wanted, String node, String reason) {
    String consequence =
        recipe.weights() instanceof WeightFormat.Element
            ? "products use ONNX Runtime's own MatMulNBits, other weights int8"
            : "weights are stored as int8, not " + recipe.weights().name();
    return "operator set stays at %d and %s: %s cannot be raised to %d: %s"
        .formatted(model.opset(), consequence, node, wanted, reason);
  }

  /**
   * The domain whose DequantizeLinear takes a scale by channel of the given width: ONNX Runtime's
   * own knows more under old sets.
   */
  String channelDomain(int bits) {
    long since = bits == 8 ? WITH_CHANNELS : bits == 4 ? WITH_BLOCKS : WITH_TWO_BITS;
    return model.opset() >= since ? "" : "com.microsoft";
  }
}
