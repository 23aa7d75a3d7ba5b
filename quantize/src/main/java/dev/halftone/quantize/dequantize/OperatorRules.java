package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What operators with quantized operands stand for in float: those of the standard set and of ONNX
 * Runtime (its ContribOperators.md, domain {@code com.microsoft}).
 */
final class OperatorRules {
  /** Triples of value, scale and zero point, then scale and zero point of the output. */
  private static final Map<String, String> ELEMENTWISE =
      Map.of(
          "QLinearAdd", "Add",
          "QLinearMul", "Mul",
          "QLinearSigmoid", "Sigmoid",
          "QLinearLeakyRelu", "LeakyRelu",
          "QLinearSoftmax", "Softmax",
          "QLinearAveragePool", "AveragePool",
          "QLinearGlobalAveragePool", "GlobalAveragePool");

  private final FloatGraph graph;

  OperatorRules(FloatGraph graph) {
    this.graph = graph;
  }

  /** As {@link FloatRules#apply}. */
  boolean apply(Node original, Node node) {
    // No float operator has its channels last.
    if (original.integer("channels_last", 0) != 0) return false;
    return switch (original.opType()) {
      case "QLinearConv" -> convolution(original);
      case "QLinearMatMul" -> product(original);
      case "QLinearConcat" -> concatenation(original);
      case "QLinearWhere" -> choice(original, node);
      case "QGemm" -> gemm(original);
      case "MatMulIntegerToFloat" -> floatProduct(original, node);
      default -> ELEMENTWISE.containsKey(original.opType()) && elementwise(original);
    };
  }

  /**
   * The name of the float form of an operand, given by the positions of its parts: a twin or a
   * decoded constant.
   */
  private @Nullable String operand(Node node, int codes, int scale, int zeroPoint, int axis) {
    String twin = graph.twin(node.input(codes));
    if (twin != null) return twin;
    Tensor decoded = graph.decoded(node, codes, scale, zeroPoint, axis, 0);
    return decoded == null ? null : graph.addConstant(node.input(codes) + "_float", decoded);
  }

  /** An operand whose scale and zero point follow it. */
  private @Nullable String operand(Node node, int first, int axis) {
    return operand(node, first, first + 1, first + 2, axis);
  }

  /**
   * Adds the float node for a quantized one, whose output becomes the twin once it is cut where its
   * scale and the zero point after that cut it; the quantized node stays for other readers.
   *
   * @param scale position of the output's scale
   */
  private boolean emit(
      Node original,
      String opType,
      List<String> inputs,
      Map<String, Attribute> attributes,
      int scale) {
    String quantized = original.output(0);
    String output = graph.emit(original, opType, inputs, attributes);
    String zeroPoint = original.input(scale + 1);
    graph.saturate(quantized, output, original.input(scale), zeroPoint, DType.UINT8);
    return false;
  }

  private boolean convolution(Node node) {
    String x = operand(node, 0, 0);
    String weight = x == null ? null : operand(node, 3, 0);
    if (x == null || weight == null) return false;
    List<String> inputs = new ArrayList<>(List.of(x, weight));
    return addBias(node, 8, 1f, inputs) && emit(node, "Conv", inputs, node.attributes(), 6);
  }

  /**
   * Adds the 32-bit bias at {@code position} to the inputs, where there is one. Its scale is the
   * product of those of the two operands and of {@code alpha}.
   *
   * @return false if it has no float form
   */
  private boolean addBias(Node node, int position, float alpha, List<String> inputs) {
    if (node.input(position).isEmpty()) return true;
    Tensor codes = graph.constant(node.input(position));
    Tensor first = graph.constant(node.input(1));
    Tensor second = graph.constant(node.input(4));
    if (codes == null || first == null || second == null) return false;
    float[] scales = second.toFloats();
    for (int i = 0; i < scales.length; i++) scales[i] *= first.floatAt(0) * alpha;
    Tensor scale =
        scales.length == 1 ? Tensor.scalar(scales[0]) : Tensor.ofFloats(scales, scales.length);
    Tensor bias = Decoding.decode(node, codes, scale, null, codes.rank() - 1, 0);
    inputs.add(graph.addConstant(node.input(position) + "_float", bias));
    return true;
  }

  private boolean product(Node node) {
    String left = operand(node, 0, -1);
    String right = left == null ? null : operand(node, 3, -1);
    return left != null && right != null && emit(node, "MatMul", List.of(left, right), Map.of(), 6);
  }

  /** {@code A, B, scale of A, scale of B, zero points of both, float bias}; gives floats. */
  private boolean floatProduct(Node original, Node node) {
    String left = operand(original, 0, 2, 4, -1);
    String right = left == null ? null : operand(original, 1, 3, 5, -1);
    if (left == null || right == null) return false;
    String bias = node.input(6);
    String output = original.output(0);
    String product = bias.isEmpty() ? output : graph.fresh(output + "_product");
    graph.add(Node.of(original.name(), "MatMul", List.of(left, right), List.of(product)));
    if (!bias.isEmpty()) {
      String name = graph.fresh(original.name() + "_bias");
      graph.add(Node.of(name, "Add", List.of(product, bias), List.of(output)));
    }
    return true;
  }

  /** Without a scale of the output it gives floats. */
  private boolean gemm(Node node) {
    String left = operand(node, 0, 0);
    String right = left == null ? null : operand(node, 3, node.integer("transB", 0) != 0 ? 0 : 1);
    if (left == null || right == null) return false;
    List<String> inputs = new ArrayList<>(List.of(left, right));
    if (!addBias(node, 6, node.real("alpha", 1f), inputs)) return false;
    if (!node.input(7).isEmpty()) return emit(node, "Gemm", inputs, node.attributes(), 7);
    graph.add(
        new Node(node.name(), "", "Gemm", inputs, node.outputs(), node.attributes(), Opaque.NONE));
    return true;
  }

  private boolean elementwise(Node node) {
    boolean binary = node.opType().equals("QLinearAdd") || node.opType().equals("QLinearMul");
    String left = operand(node, 0, 0);
    String right = left == null || !binary ? left : operand(node, 3, 0);
    if (left == null || right == null) return false;
    Map<String, Attribute> attributes = new LinkedHashMap<>(node.attributes());
    attributes.keySet().removeAll(Set.of("channels_last", "opset"));
    String opType = ELEMENTWISE.getOrDefault(node.opType(), "");
    List<String> inputs = binary ? List.of(left, right) : List.of(left);
    return emit(node, opType, inputs, attributes, binary ? 6 : 3);
  }

  /** Scale and zero point of the output come first. */
  private boolean concatenation(Node node) {
    List<String> inputs = new ArrayList<>();
    for (int i = 2; i < node.inputs().size(); i += 3) {
      String part = operand(node, i, 0);
      if (part == null) return false;
      inputs.add(part);
    }
    return emit(node, "Concat", inputs, node.attributes(), 0);
  }

  /** The condition comes first. */
  private boolean choice(Node original, Node node) {
    String yes = operand(original, 1, 0);
    String no = yes == null ? null : operand(original, 4, 0);
    return yes != null
        && no != null
        && emit(original, "Where", List.of(node.input(0), yes, no), Map.of(), 7);
  }
}
