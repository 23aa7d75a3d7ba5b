package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Node;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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

  private final FloatGraph graph;
  private final IntegerPatterns patterns;
  private final OperatorRules operators;
  private final PackedRules packed;

  FloatRules(FloatGraph graph) {
    this.graph = graph;
    this.patterns = new IntegerPatterns(graph);
    this.operators = new OperatorRules(graph);
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
      case "MatMulNBits" -> packed.product(original, node);
      case "GatherBlockQuantized" -> packed.table(original, node);
      case "DynamicQuantizeLSTM" -> packed.lstm(original, node);
      case "Mul" -> patterns.apply(original, node) || moving(original, node);
      default -> operators.apply(original, node) || moving(original, node);
    };
  }

  private boolean quantize(Node original, Node node) {
    String codes = original.output(0);
    if (original.opType().equals("DynamicQuantizeLinear")) {
      // Its range has the whole value in it.
      graph.setTwin(codes, node.input(0));
    } else {
      DType type = typeWithoutZeroPoint(original);
      graph.saturate(codes, node.input(0), original.input(1), original.input(2), type);
    }
    return false;
  }

  /** The type of QuantizeLinear's output where no zero point tells it, by its number in ONNX. */
  private static DType typeWithoutZeroPoint(Node node) {
    return switch ((int) node.integer("output_dtype", 0)) {
      case 0, 2 -> DType.UINT8;
      case 4 -> DType.UINT16;
      case 21 -> DType.UINT4;
      // Signed codes around 0, or floats.
      default -> DType.INT8;
    };
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
    graph.emit(original, original.opType(), inputs, original.attributes());
    return false;
  }
}
