package dev.halftone.quantize.qdq;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A pair of QuantizeLinear and DequantizeLinear after each operator that only moves or selects
 * dequantized INT8 values, with the scale that these have. No value changes: a code times its scale
 * is rounded to that code again.
 *
 * <p>ONNX Runtime inserts such a pair itself, from opset 21 on with the {@code output_dtype} of the
 * codes; on x86-64 it makes all signed codes unsigned before it, leaves that attribute as it was,
 * and refuses the graph that it has made (1.29, 1.30: "output_dtype INT8 does not match
 * y_zero_point type UINT8").
 */
public final class PairsAfterMoves {
  /** From here on QuantizeLinear has the attribute. */
  private static final long OUTPUT_DTYPE = 21;

  private static final Set<String> MOVES =
      Set.of("MaxPool", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Slice");

  private final GraphIndex index;
  private final GraphEditor editor;

  /** The node that dequantized a value, through moves. */
  private final Map<String, Node> dequantized = new LinkedHashMap<>();

  private PairsAfterMoves(Graph graph) {
    this.index = new GraphIndex(graph);
    this.editor = new GraphEditor(graph);
  }

  /** The model with these pairs, where it needs them. */
  public static Model in(Model model) {
    if (model.opset() < OUTPUT_DTYPE) return model;
    PairsAfterMoves pairs = new PairsAfterMoves(model.graph());
    model.graph().nodes().forEach(pairs::visit);
    return model.withGraph(pairs.editor.toGraph());
  }

  private void visit(Node node) {
    if (isSigned(node)) dequantized.put(node.output(0), node);
    Node source = isMove(node) ? dequantized.get(node.input(0)) : null;
    if (source == null || isRounded(node.output(0))) return;
    dequantized.put(node.output(0), source);
    addPair(node, source);
  }

  /** Whether the node gives floats from INT8 codes that are no constants, all of one scale. */
  private boolean isSigned(Node node) {
    if (!node.is("DequantizeLinear")) return false;
    Tensor scale = index.constant(node.input(1));
    Tensor zeroPoint = index.constant(node.input(2));
    return scale != null
        && scale.count() == 1
        && zeroPoint != null
        && zeroPoint.dtype() == DType.INT8
        && index.constant(node.input(0)) == null;
  }

  private static boolean isMove(Node node) {
    return node.domain().isEmpty()
        && MOVES.contains(node.opType())
        && node.outputs().stream().skip(1).allMatch(String::isEmpty);
  }

  private boolean isRounded(String value) {
    return index.consumers(value).stream().anyMatch(reader -> reader.is("QuantizeLinear"));
  }

  /** The value keeps its name behind the pair, whoever reads it. */
  private void addPair(Node move, Node source) {
    String value = move.output(0);
    String moved = editor.freshName(value + "_moved");
    String codes = editor.freshName(value + "_quantized");
    List<String> scale = source.inputs().subList(1, 3);
    editor.replace(move, move.withOutputs(List.of(moved)));
    editor.add(linear("QuantizeLinear", moved, scale, codes));
    editor.add(linear("DequantizeLinear", codes, scale, value));
  }

  private Node linear(String opType, String input, List<String> scale, String output) {
    String name = editor.freshName(output + "_" + opType);
    List<String> inputs = List.of(input, scale.get(0), scale.get(1));
    return Node.of(name, opType, inputs, List.of(output));
  }
}
