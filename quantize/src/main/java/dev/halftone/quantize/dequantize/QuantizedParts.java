package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The nodes of a model that work on integers in place of floats, bodies included.
 *
 * @param parts in the order of the file; empty for a float model
 */
public record QuantizedParts(List<Part> parts) {
  private static final Set<String> STANDARD =
      Set.of(
          "QuantizeLinear",
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "QLinearConv",
          "QLinearMatMul",
          "ConvInteger",
          "MatMulInteger");

  private static final Set<String> MICROSOFT =
      Set.of(
          "QuantizeLinear",
          "DequantizeLinear",
          "DynamicQuantizeLSTM",
          "DynamicQuantizeMatMul",
          "GatherBlockQuantized",
          "MatMulBnb4",
          "MatMulFpQ4",
          "MatMulIntegerToFloat",
          "MatMulNBits",
          "QAttention",
          "QEmbedLayerNormalization",
          "QGemm",
          "QMoE");

  public QuantizedParts {
    parts = List.copyOf(parts);
  }

  /**
   * One such node.
   *
   * @param label its name, or what stands for it in messages
   */
  public record Part(String label, String domain, String opType) {}

  public static QuantizedParts of(Model model) {
    List<Part> parts = new ArrayList<>();
    BiConsumer<Scope, Node> collect =
        (scope, node) -> {
          if (isQuantized(node) || isStored(scope, node))
            parts.add(new Part(node.label(), node.domain(), node.opType()));
        };
    Scope.of(model.graph()).visit(collect);
    return new QuantizedParts(parts);
  }

  /**
   * Whether the node begins to decode a weight that is stored as codes, or takes rows of a table of
   * such.
   */
  private static boolean isStored(Scope scope, Node node) {
    boolean reads = node.is("Gather") || node.is("Cast");
    Constant codes = reads ? scope.constant(node.input(0)) : null;
    return codes != null && StoredCodes.isCodes(codes.value());
  }

  /** Whether the node takes or gives quantized values. */
  public static boolean isQuantized(Node node) {
    return isQuantized(node.domain(), node.opType());
  }

  /** Whether an operator takes or gives quantized values. */
  public static boolean isQuantized(String domain, String opType) {
    if (domain.isEmpty()) return STANDARD.contains(opType);
    if (!domain.equals("com.microsoft")) return false;
    return MICROSOFT.contains(opType) || opType.startsWith("QLinear");
  }

  public boolean isEmpty() {
    return parts.isEmpty();
  }
}
