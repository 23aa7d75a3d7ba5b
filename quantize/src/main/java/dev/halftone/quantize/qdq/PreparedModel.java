package dev.halftone.quantize.qdq;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.opset.OpsetUpgrade;
import dev.halftone.recipe.Recipe;
import java.util.List;

/**
 * A model whose operator set can hold what will be written.
 *
 * @param domain of QuantizeLinear and DequantizeLinear
 */
record PreparedModel(Model model, String domain, List<String> warnings) {
  private static final String MICROSOFT = "com.microsoft";

  /** Scales by channel came with this version (ONNX operators, DequantizeLinear-13). */
  private static final long PER_CHANNEL = 13;

  /** 16- and 4-bit types came with this version. */
  private static final long WIDE_AND_NARROW = 21;

  /** Clip takes integers from this version on. */
  private static final long INTEGER_CLIP = 12;

  /**
   * @throws UnsupportedModelException if activations of 4 bits, or weights that are decoded, take
   *     an operator set that the model cannot be raised to
   */
  static PreparedModel of(Model model, Recipe recipe) {
    boolean decoded = DecodedWeights.are(recipe);
    boolean eightBit =
        recipe.activations().bits() <= 8
            && !decoded
            && StoredIntegers.of(recipe.weights()).type().bits() == 8;
    long needed = eightBit ? PER_CHANNEL : WIDE_AND_NARROW;
    return switch (OpsetUpgrade.to(model, needed)) {
      case OpsetUpgrade.Result.Raised(Model raised) -> new PreparedModel(raised, "", List.of());
      case OpsetUpgrade.Result.Refused(String node, String reason) -> {
        if (decoded)
          throw new UnsupportedModelException(
              node,
              "weights of %s by %s take operator set %d: %s"
                  .formatted(recipe.weights().name(), recipe.granularity().text(), needed, reason));
        if (recipe.activations().bits() < 8 && model.opset() < INTEGER_CLIP)
          throw new UnsupportedModelException(
              node, "activations of 4 bits take operator set %d: %s".formatted(needed, reason));
        String why =
            "kept at operator set %d (%s: %s): QuantizeLinear is written in the domain %s"
                .formatted(model.opset(), node, reason, MICROSOFT);
        yield new PreparedModel(model, MICROSOFT, List.of(why));
      }
    };
  }

  /** The model with the quantized graph and the operator sets that it uses declared. */
  Model withDomains(Graph graph) {
    boolean microsoft = graph.nodes().stream().anyMatch(node -> node.domain().equals(MICROSOFT));
    Model changed = model.withGraph(graph);
    return microsoft && !model.opsets().containsKey(MICROSOFT)
        ? changed.withOpset(MICROSOFT, 1)
        : changed;
  }
}
