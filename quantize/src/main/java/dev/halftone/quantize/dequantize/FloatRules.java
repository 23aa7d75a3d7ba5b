package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What each quantized operator stands for in float. */
final class FloatRules {
  /** Operators that move values, and so mean the same to integers and floats. */
  private static final Set<String> MOVING =
      Set.of(
          "Concat",
          "Expand",
          "Flatten",
          "Gather",
          "GatherElements",
          "Identity",
          "MaxPool",
          "Reshape",
          "Resize",
          "Slice",
          "Split",
          "Squeeze",
          "Tile",
          "Transpose",
          "Unsqueeze");

  /**
   * Operators of ONNX Runtime on quantized values: pairs or triples of value, scale, zero point,
   * then those of the output.
   */
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
  private final IntegerPatterns patterns;
  private final PackedRules packed;

  FloatRules(FloatGraph graph) {
    this.graph = graph;
    this.patterns = new IntegerPatterns(graph);
    this.packed = new PackedRules(graph);
  }

  /**
   * Handles a node if it is quantized.
   *
   * @param original as it was in the quantized graph
   * @param node with its inputs renamed to what is there now
   * @return false if the node has to be kept as it is
   */
  boolean apply(Node original, Node node) {
    return switch (original.opType()) {
      case "QuantizeLinear", "DynamicQuantizeLinear" -> quantize(original, node);
      case "DequantizeLinear" -> dequantize(original);
      case "QLinearConv" -> convolution(original);
      case "QLinearMatMul" -> product(original);
      case "QGemm" -> gemm(original);
      case "MatMulNBits" -> packed.product(original, node);
      case "GatherBlockQuantized" -> packed.table(original, node);
      case "DynamicQuantizeLSTM" -> packed.lstm(original, node);
      case "Mul", "Reshape" -> patterns.apply(original, node) || moving(original, node);
      default ->
          ELEMENTWISE.containsKey(original.opType())
              ? elementwise(original)
              : moving(original, node);
    };
  }

  private boolean quantize(Node original, Node node) {
    graph.setTwin(original.output(0), node.input(0));
    return false;
  }

  private boolean dequantize(Node original) {
    Tensor decoded =
        graph.decoded(
            original,
            0,
            1,
            2,
            (int) original.integer("axis", 1),
            original.integer("block_size", 0));
    if (decoded != null) {
      graph.define(original.output(0), decoded);
      return true;
    }
    String twin = graph.twin(original.input(0));
    if (twin == null) return false;
    graph.alias(original.output(0), twin);
    return true;
  }

  /**
   * The name of the float form of operand {@code (value, scale, zero point)} at {@code first}: a
   * twin or a decoded constant.
   */
  private @Nullable String operand(Node node, int first, int axis) {
    String twin = graph.twin(node.input(first));
    if (twin != null) return twin;
    Tensor decoded = graph.decoded(node, first, first + 1, first + 2, axis, 0);
    return decoded == null ? null : graph.addConstant(node.input(first) + "_float", decoded);
  }

  /**
   * Adds the float node for a quantized one, whose output becomes the twin; the quantized node
   * stays for other readers.
   */
  private boolean emit(
      Node original, String opType, List<String> inputs, Map<String, Attribute> attributes) {
    String output = graph.makeTwin(original.output(0));
    graph.add(
        new Node(
            graph.fresh(original.name() + "_float"),
            "",
            opType,
            inputs,
            List.of(output),
            attributes,
            Opaque.NONE));
    return false;
  }

  private boolean convolution(Node node) {
    String x = operand(node, 0, 0);
    String weight = x == null ? null : operand(node, 3, 0);
    if (x == null || weight == null) return false;
    List<String> inputs = new ArrayList<>(List.of(x, weight));
    if (!node.input(8).isEmpty()) {
      String bias = bias(node, 8, 1, 4);
      if (bias == null) return false;
      inputs.add(bias);
    }
    return emit(node, "Conv", inputs, node.attributes());
  }

  /** The 32-bit bias at {@code position}, whose scale is the product of two others. */
  private @Nullable String bias(Node node, int position, int inputScale, int weightScale) {
    Tensor codes = graph.constant(node.input(position));
    Tensor first = graph.constant(node.input(inputScale));
    Tensor second = graph.constant(node.input(weightScale));
    if (codes == null || first == null || second == null) return null;
    float[] scales = second.toFloats();
    for (int i = 0; i < scales.length; i++) scales[i] *= first.floatAt(0);
    Tensor scale =
        scales.length == 1 ? Tensor.scalar(scales[0]) : Tensor.ofFloats(scales, scales.length);
    return graph.addConstant(
        node.input(position) + "_float", Decoding.decode(node, codes, scale, null, 0, 0));
  }

  private boolean product(Node node) {
    String left = operand(node, 0, -1);
    String right = left == null ? null : operand(node, 3, -1);
    return left != null && right != null && emit(node, "MatMul", List.of(left, right), Map.of());
  }

  private boolean gemm(Node node) {
    String left = operand(node, 0, 0);
    String right = left == null ? null : operand(node, 3, node.integer("transB", 0) != 0 ? 0 : 1);
    if (left == null || right == null) return false;
    List<String> inputs = new ArrayList<>(List.of(left, right));
    if (!node.input(6).isEmpty()) {
      String bias = bias(node, 6, 1, 4);
      if (bias == null) return false;
      inputs.add(bias);
    }
    return emit(node, "Gemm", inputs, node.attributes());
  }

  private boolean elementwise(Node node) {
    boolean binary = node.opType().equals("QLinearAdd") || node.opType().equals("QLinearMul");
    boolean channelsLast = node.integer("channels_last", 0) != 0;
    String left = channelsLast ? null : operand(node, 0, 0);
    String right = left == null || !binary ? left : operand(node, 3, 0);
    if (left == null || right == null) return false;
    Map<String, Attribute> attributes = new LinkedHashMap<>(node.attributes());
    attributes.keySet().removeAll(Set.of("channels_last", "opset"));
    String opType = ELEMENTWISE.getOrDefault(node.opType(), "");
    return emit(node, opType, binary ? List.of(left, right) : List.of(left), attributes);
  }

  /** A node that moves quantized values: its float copy moves the twins. */
  private boolean moving(Node original, Node node) {
    boolean moves = MOVING.contains(original.opType());
    if (!moves || !original.domain().isEmpty() || original.outputs().size() != 1) return false;
    String first = graph.twin(original.input(0));
    if (first == null) return false;
    List<String> inputs = new ArrayList<>(node.inputs());
    int data = original.is("Concat") ? inputs.size() : 1;
    for (int i = 0; i < data; i++) {
      String twin = graph.twin(original.input(i));
      if (twin == null) return false;
      inputs.set(i, twin);
    }
    return emit(original, original.opType(), inputs, original.attributes());
  }
}
