package dev.halftone.toolkit;

import dev.halftone.graph.Node;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Map;
import java.util.Set;

/**
 * What static quantization can do with a node, judged by its operator alone: which integer kernels ONNX Runtime's CPU provider has
 * (its QDQ selectors, {@code core/optimizer/qdq_transformer}). A plan made with real data may still leave a node in float.
 */
final class Quantizability {
  /** Fused with the quantization around them into an integer kernel. */
  private static final Set<String> INTEGER =
      Set.of("Conv", "MatMul", "Gemm", "Add", "Mul", "Concat", "AveragePool", "GlobalAveragePool", "LeakyRelu", "Sigmoid", "Softmax", "Where");

  /** Move values and do not change them, so they work on integers as they are; activations that a quantized range takes over. */
  private static final Set<String> TRANSPARENT =
      Set.of(
          "Expand", "Flatten", "Gather", "GatherElements", "Reshape", "Slice", "Squeeze", "Tile", "Transpose", "Unsqueeze", "Resize",
          "MaxPool", "ReduceMax", "ReduceMin", "Split", "ArgMax", "Relu", "Clip", "Pad", "Identity", "Dropout", "BatchNormalization");

  private static final Set<String> CONTROL = Set.of("If", "Loop", "Scan");
  private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");

  private Quantizability() {}

  static Inspection.Fate of(Node node, Map<String, Tensor> constants) {
    String reason = reason(node, constants);
    String name = node.domain().isEmpty() ? node.opType() : node.domain() + "." + node.opType();
    return new Inspection.Fate(name, 1, reason.isEmpty(), reason);
  }

  private static String reason(Node node, Map<String, Tensor> constants) {
    String type = node.opType();
    if (type.equals("Constant")) return "a constant, quantized with the node that reads it";
    if (!node.domain().isEmpty()) return "an operator of the domain " + node.domain();
    if (CONTROL.contains(type)) return "control flow; the nodes of its bodies are counted by themselves";
    if (RECURRENT.contains(type)) return "no static integer kernel in ONNX Runtime; dynamic and weights modes quantize its weights";
    if (!INTEGER.contains(type) && !TRANSPARENT.contains(type)) return "no integer kernel in ONNX Runtime's CPU provider";
    boolean onlyIntegers =
        !node.inputs().isEmpty()
            && node.inputs().stream().allMatch(input -> constants.containsKey(input) && isIndex(constants.get(input)));
    return onlyIntegers ? "computes on integers already" : "";
  }

  private static boolean isIndex(Tensor constant) {
    return constant.dtype() == DType.INT64 || constant.dtype() == DType.INT32;
  }
}
