package dev.halftone.quantize.weights;

import dev.halftone.graph.Model;
import dev.halftone.graph.opset.OpsetUpgrade;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import java.util.List;

/**
 * The model under an operator set that has what the recipe asks for, as far as that can be had.
 *
 * @param blocked whether standard DequantizeLinear knows blocks, and Cast the recipe's type
 */
record OperatorSet(Model model, boolean blocked, List<String> warnings) {
  private static final long WITH_CHANNELS = 13;
  private static final long WITH_BLOCKS = 21;
  private static final long WITH_TWO_BITS = 25;

  static OperatorSet prepare(Model model, Recipe recipe) {
    int bits = recipe.weights().bits();
    long wanted = bits == 2 ? WITH_TWO_BITS : WITH_BLOCKS;
    boolean needed = bits < 8 || recipe.granularity() instanceof Granularity.PerBlock;
    if (!needed || model.opset() >= wanted)
      return new OperatorSet(model, model.opset() >= wanted, List.of());
    return switch (OpsetUpgrade.to(model, wanted)) {
      case OpsetUpgrade.Result.Raised(Model raised) -> new OperatorSet(raised, true, List.of());
      case OpsetUpgrade.Result.Refused(String node, String reason) ->
          new OperatorSet(model, false, List.of(refusal(model, wanted, node, reason)));
    };
  }

  private static String refusal(Model model, long wanted, String node, String reason) {
    return "operator set stays at %d and products use ONNX Runtime's own MatMulNBits: %s cannot be raised to %d: %s"
        .formatted(model.opset(), node, wanted, reason);
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
