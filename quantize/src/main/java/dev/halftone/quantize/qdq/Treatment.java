package dev.halftone.quantize.qdq;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What ONNX Runtime's CPU provider makes of an operator that stands between DequantizeLinear and
 * QuantizeLinear (qdq_selector_action_transformer, 1.29).
 */
enum Treatment {
  /** Sums products with a constant weight: becomes QLinearConv, QGemm or MatMulIntegerToFloat. */
  LINEAR,
  /** Becomes an integer kernel, each input and output with a range of its own. */
  ARITHMETIC,
  /** Moves values only: runs on the integers when input and output share scale and zero point. */
  SHAPE_ONLY,
  /** Cuts a range: merged into the QuantizeLinear behind it when that has the range cut. */
  RECTIFIER,
  /** Stays in float. */
  FLOAT;

  private static final Map<String, Treatment> BY_OPERATOR =
      Map.ofEntries(
          Map.entry("Conv", LINEAR),
          Map.entry("Gemm", LINEAR),
          Map.entry("MatMul", LINEAR),
          Map.entry("Add", ARITHMETIC),
          Map.entry("Mul", ARITHMETIC),
          Map.entry("Concat", ARITHMETIC),
          Map.entry("AveragePool", ARITHMETIC),
          Map.entry("GlobalAveragePool", ARITHMETIC),
          Map.entry("LeakyRelu", ARITHMETIC),
          Map.entry("Sigmoid", ARITHMETIC),
          Map.entry("Where", ARITHMETIC),
          Map.entry("Expand", SHAPE_ONLY),
          Map.entry("Flatten", SHAPE_ONLY),
          Map.entry("Gather", SHAPE_ONLY),
          Map.entry("GatherElements", SHAPE_ONLY),
          Map.entry("MaxPool", SHAPE_ONLY),
          Map.entry("ReduceMax", SHAPE_ONLY),
          Map.entry("ReduceMin", SHAPE_ONLY),
          Map.entry("Reshape", SHAPE_ONLY),
          Map.entry("Resize", SHAPE_ONLY),
          Map.entry("Slice", SHAPE_ONLY),
          Map.entry("Split", SHAPE_ONLY),
          Map.entry("Squeeze", SHAPE_ONLY),
          Map.entry("Tile", SHAPE_ONLY),
          Map.entry("Transpose", SHAPE_ONLY),
          Map.entry("Unsqueeze", SHAPE_ONLY),
          Map.entry("Relu", RECTIFIER),
          Map.entry("Clip", RECTIFIER));

  /** Operators that take 8-bit integers only. */
  private static final Set<String> EIGHT_BIT_ONLY =
      Set.of("MaxPool", "Resize", "ReduceMax", "ReduceMin");

  static Treatment of(Node node, boolean eightBit) {
    if (!node.domain().isEmpty()) return FLOAT;
    if (!eightBit && EIGHT_BIT_ONLY.contains(node.opType())) return FLOAT;
    // The second output of MaxPool holds places, which are no values to be quantized.
    if (node.is("MaxPool") && !node.output(1).isEmpty()) return FLOAT;
    if (node.is("AveragePool") && !hasIntegerPool(node)) return FLOAT;
    return BY_OPERATOR.getOrDefault(node.opType(), FLOAT);
  }

  /** Whether ONNX Runtime has an integer kernel by that name, whatever it makes of the node. */
  static boolean hasIntegerKernel(Node node) {
    return node.domain().isEmpty() && BY_OPERATOR.get(node.opType()) == ARITHMETIC;
  }

  /**
   * QLinearAveragePool knows no dilations, and with both of these attributes divides by another
   * number of elements than AveragePool.
   */
  private static boolean hasIntegerPool(Node pool) {
    boolean dilated =
        pool.attributes().get("dilations") instanceof Attribute.OfInts(List<Long> steps)
            && steps.stream().anyMatch(step -> step != 1);
    boolean divides =
        pool.integer("ceil_mode", 0) != 0 && pool.integer("count_include_pad", 0) != 0;
    return !dilated && !divides;
  }

  /**
   * The inputs that carry what is computed on; the others are shapes, indices, weights or
   * conditions.
   */
  static List<String> dataInputs(Node node) {
    return switch (node.opType()) {
      case "Add", "Mul", "Concat" -> node.inputs();
      case "Where" -> node.inputs().subList(1, 3);
      default -> node.inputs().subList(0, Math.min(1, node.inputs().size()));
    };
  }
}
