package dev.halftone.quantize.half;

import dev.halftone.graph.Node;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Scope;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which nodes keep computing in 32 bits, and which inputs of the others stay in 32 bits. */
final class WideNodes {
  /** Operators that have no 16-bit form, with the operator set from which on they have one. */
  private static final Map<String, Long> SINCE =
      Map.of("CumSum", 14L, "IsInf", 20L, "QuantizeLinear", 19L, "DequantizeLinear", 19L);

  private static final Set<String> NEVER =
      Set.of(
          "Bernoulli",
          "BlackmanWindow",
          "Celu",
          "DFT",
          "DynamicQuantizeLinear",
          "EyeLike",
          "HammingWindow",
          "HannWindow",
          "MelWeightMatrix",
          "Multinomial",
          "NonMaxSuppression",
          "RandomNormal",
          "RandomNormalLike",
          "RandomUniform",
          "RandomUniformLike",
          "Range",
          "STFT");

  private static final Set<String> QUANTIZED =
      Set.of("QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul");

  /**
   * Why a node computes in 32 bits.
   *
   * @param outOfRange whether it reads a constant beyond the 16-bit range
   */
  record Reason(String text, boolean outOfRange) {}

  private final long opset;
  private final Recipe recipe;
  private final Predicate<Tensor> overflows;

  WideNodes(long opset, Recipe recipe, Predicate<Tensor> overflows) {
    this.opset = opset;
    this.recipe = recipe;
    this.overflows = overflows;
  }

  /** Why the node computes in 32 bits, or null when it does not. */
  @Nullable Reason reason(Node node, Scope scope) {
    String text = bySort(node, scope);
    if (!text.isEmpty()) return new Reason(text, false);
    for (String input : node.inputs()) {
      Constant constant = scope.constant(input);
      if (constant == null || !overflows.test(constant.value())) continue;
      return new Reason(input + " has values beyond 65504, the largest 16-bit number", true);
    }
    return null;
  }

  private String bySort(Node node, Scope scope) {
    if (!node.domain().isEmpty()) return "operator of domain " + node.domain();
    if (!recipe.selects(node.label(), node.opType(), weightElements(node, scope)))
      return "excluded";
    if (QUANTIZED.contains(node.opType())) return "already quantized";
    if (NEVER.contains(node.opType())) return "has no 16-bit form";
    Long since = SINCE.get(node.opType());
    return since != null && opset < since
        ? "has a 16-bit form only from operator set " + since + " on"
        : "";
  }

  /** Of the largest constant that the node reads, 0 when it reads none. */
  private static long weightElements(Node node, Scope scope) {
    return node.inputs().stream()
        .map(scope::constant)
        .filter(Objects::nonNull)
        .mapToLong(constant -> constant.value().count())
        .max()
        .orElse(0);
  }

  /**
   * Whether an input is 32-bit by the operator's definition, whatever type the node computes in.
   */
  static boolean isWideInput(Node node, int input) {
    return switch (node.opType()) {
      case "Resize" -> node.inputs().size() > 2 ? input == 1 || input == 2 : input == 1;
      case "Upsample" -> input == 1;
      default -> false;
    };
  }
}
