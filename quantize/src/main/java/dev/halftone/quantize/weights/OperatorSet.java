package dev.halftone.quantize.weights;

import dev.halftone.graph.Model;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import java.util.List;

/**
 * The model under an operator set that has what the recipe asks for, as far as that can be had.
 *
 * @param blocked whether standard DequantizeLinear knows blocks, and Cast 4-bit types (both from version 21 on)
 */
record OperatorSet(Model model, boolean blocked, List<String> warnings) {
  private static final long WITH_BLOCKS = 21;
  private static final long WITH_TWO_BITS = 25;
  private static final long WITH_CHANNELS = 13;

  static OperatorSet prepare(Model model, Recipe recipe) {
    boolean small = recipe.weights().bits() < 8;
    boolean blocks = recipe.granularity() instanceof Granularity.PerBlock;
    long wanted = recipe.weights().bits() == 2 ? WITH_TWO_BITS : small || blocks ? WITH_BLOCKS : model.opset();
    return new OperatorSet(model, model.opset() >= wanted && model.opset() >= WITH_BLOCKS, List.of());
  }

  /** The domain whose DequantizeLinear takes a scale by channel of the given width: ONNX Runtime's own knows more under old sets. */
  String channelDomain(int bits) {
    long since = bits == 8 ? WITH_CHANNELS : bits == 4 ? WITH_BLOCKS : WITH_TWO_BITS;
    return model.opset() >= since ? "" : "com.microsoft";
  }
}
