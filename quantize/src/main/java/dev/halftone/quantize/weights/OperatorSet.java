package dev.halftone.quantize.weights;

import dev.halftone.graph.Model;
import dev.halftone.graph.opset.OpsetUpgrade;
import dev.halftone.number.FloatFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.quantize.forms.WeightUse;
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

  /**
   * For one use of a weight. Codes of integers are decoded in operators of their own only where
   * products read them.
   */
  static OperatorSet prepare(Model model, WeightUse use, Recipe recipe) {
    long wanted = wanted(use, recipe);
    if (model.opset() >= wanted) return new OperatorSet(model, false, List.of());
    return switch (OpsetUpgrade.to(model, wanted)) {
      case OpsetUpgrade.Result.Raised(Model raised) -> new OperatorSet(raised, true, List.of());
      case OpsetUpgrade.Result.Refused(String node, String reason) -> {
        Model decoding = decoding(model);
        String cause = "%s cannot be raised to %d: %s".formatted(node, wanted, reason);
        yield new OperatorSet(decoding, false, List.of(refusal(recipe, decoding, cause)));
      }
    };
  }

  /** The same model for another recipe, its operator set as it is. */
  OperatorSet as(Recipe recipe) {
    return new OperatorSet(model, model.opset() >= wanted(recipe.weights()), List.of());
  }

  /** Whether the nodes are there that decode packed bytes and repeat scales. */
  boolean looksUp() {
    return model.opset() >= WITH_TABLES;
  }

  private static Model decoding(Model model) {
    return switch (OpsetUpgrade.to(model, WITH_TABLES)) {
      case OpsetUpgrade.Result.Raised(Model raised) -> raised;
      case OpsetUpgrade.Result.Refused ignored -> model;
    };
  }

  private static long wanted(WeightUse use, Recipe recipe) {
    if (!(recipe.weights() instanceof WeightFormat.Element(DType type)))
      return wanted(recipe.weights());
    boolean blocked = recipe.granularity().isBlocked();
    if (type.bits() == 8 && !blocked) return 0;
    boolean typed =
        switch (use.commonRole()) {
          // Products of 2 bits are MatMulNBits, which takes packed bytes.
          case MATRIX -> type.bits() > 2;
          case TABLE -> type.bits() == 4;
          case CONVOLUTION, RECURRENT, LEFT_MATRIX, SHAPED, OTHER -> false;
        };
    return typed ? WITH_BLOCKS : WITH_TABLES;
  }

  private static long wanted(WeightFormat weights) {
    return switch (weights) {
      case WeightFormat.Element(DType type) -> type.bits() == 2 ? WITH_TABLES : WITH_BLOCKS;
      case WeightFormat.Numbers(NumberFormat format) ->
          format instanceof FloatFormat ? WITH_SMALL_FLOATS : WITH_TABLES;
      case WeightFormat.Codebook ignored -> WITH_TABLES;
      case WeightFormat.Blocks ignored -> WITH_SMALL_FLOATS;
    };
  }

  private static String refusal(Recipe recipe, Model model, String cause) {
    String others = model.opset() >= WITH_TABLES ? "" : ", other weights int8";
    String consequence =
        recipe.weights() instanceof WeightFormat.Element
            ? "products use ONNX Runtime's own MatMulNBits" + others
            : "weights are stored as int8, not " + recipe.weights().name();
    return "operator set stays at %d and %s: %s".formatted(model.opset(), consequence, cause);
  }

  /**
   * The domain whose DequantizeLinear takes a scale by channel of the given width: ONNX Runtime's
   * own knows more under old sets.
   */
  String channelDomain(int bits) {
    long since = bits == 8 ? WITH_CHANNELS : WITH_BLOCKS;
    return model.opset() >= since ? "" : "com.microsoft";
  }
}
