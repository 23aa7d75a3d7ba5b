package dev.halftone.toolkit;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What static quantization can do with the nodes of a graph, judged without data: by their operators and by which values are integers
 * (shapes, indices, conditions) already. A plan made with data may still leave a node in float, and says why.
 */
final class Quantizability {
  /** Fused with the quantization around them into an integer kernel, given a constant weight. */
  private static final Set<String> LINEAR = Set.of("Conv", "MatMul", "Gemm");

  /** Fused into an integer kernel, or working on integers as they are (ONNX Runtime's QDQ selectors). */
  private static final Set<String> INTEGER =
      Set.of(
          "Add", "Mul", "Concat", "AveragePool", "GlobalAveragePool", "LeakyRelu", "Sigmoid", "Where", "Expand", "Flatten", "Gather",
          "GatherElements", "MaxPool", "ReduceMax", "ReduceMin", "Reshape", "Resize", "Slice", "Split", "Squeeze", "Tile", "Transpose",
          "Unsqueeze");

  private static final Set<String> FOLDED = Set.of("BatchNormalization", "Identity", "Dropout", "Relu", "Clip");
  private static final Set<String> CONTROL = Set.of("If", "Loop", "Scan");
  private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");

  private static final Set<String> GIVES_INTEGERS =
      Set.of("Shape", "Size", "ArgMax", "ArgMin", "NonZero", "Equal", "Not", "And", "Or", "Less", "LessOrEqual", "Greater", "GreaterOrEqual");

  /** ONNX's number of the data type float (TensorProto.DataType). */
  private static final long CAST_TO_FLOAT = 1;

  /** FLOAT16, DOUBLE and BFLOAT16. */
  private static final Set<Long> CAST_TO_OTHER_FLOAT = Set.of(10L, 11L, 16L);

  private final Map<String, Tensor> constants;
  private final Set<String> integers = new HashSet<>();

  /** Values computed from constants alone: folding makes constants of them. */
  private final Set<String> derived = new HashSet<>();

  /** Starts with the constants in sight and the inputs of the graph; nodes are then given in their order. */
  Quantizability(Map<String, Tensor> constants, List<ValueInfo> inputs) {
    this.constants = constants;
    constants.forEach((name, value) -> noteIfInteger(name, value.dtype()));
    for (ValueInfo input : inputs) if (input.type() != null) noteIfInteger(input.name(), input.type().dtype());
  }

  private void noteIfInteger(String name, DType type) {
    if (!type.isFloat()) integers.add(name);
  }

  Inspection.Fate of(Node node) {
    boolean integer = givesIntegers(node);
    if (integer) integers.addAll(node.outputs());
    if (isConstant(node)) derived.addAll(node.outputs());
    String reason = integer ? "computes shapes, indices or conditions" : reason(node);
    String name = node.domain().isEmpty() ? node.opType() : node.domain() + "." + node.opType();
    return new Inspection.Fate(name, 1, reason.isEmpty(), reason);
  }

  private boolean givesIntegers(Node node) {
    if (!node.domain().isEmpty() || node.is("Constant") || CONTROL.contains(node.opType())) return false;
    if (GIVES_INTEGERS.contains(node.opType())) return true;
    if (node.is("Cast")) {
      long to = node.integer("to", CAST_TO_FLOAT);
      return to != CAST_TO_FLOAT && !CAST_TO_OTHER_FLOAT.contains(to);
    }
    if (node.is("ConstantOfShape")) {
      return node.attribute("value") instanceof Attribute.OfTensor(Tensor value) && !value.dtype().isFloat();
    }
    List<String> given = node.inputs().stream().filter(input -> !input.isEmpty()).toList();
    return !given.isEmpty() && integers.containsAll(given);
  }

  private boolean isConstant(Node node) {
    return !node.inputs().isEmpty() && !CONTROL.contains(node.opType()) && node.inputs().stream().allMatch(this::isConstant);
  }

  private boolean isConstant(String value) {
    return value.isEmpty() || constants.containsKey(value) || derived.contains(value);
  }

  private String reason(Node node) {
    String type = node.opType();
    if (isConstant(node)) return "computed from constants alone, and folded into one";
    if (type.equals("Constant")) return "a constant, quantized with the node that reads it";
    if (!node.domain().isEmpty()) return "an operator of the domain " + node.domain();
    if (CONTROL.contains(type)) return "control flow; the nodes of its bodies are counted by themselves";
    if (RECURRENT.contains(type)) return "ONNX Runtime has no static integer kernel; dynamic and weights modes quantize its weights";
    if (LINEAR.contains(type)) return isConstant(node.input(1)) ? "" : "both operands depend on the input";
    if (INTEGER.contains(type) || FOLDED.contains(type)) return "";
    return "ONNX Runtime's CPU provider has no integer kernel";
  }
}
