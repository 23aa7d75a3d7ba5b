package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.fold.ConstantProgram;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.quantize.scope.Scope;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Constants that standard nodes decode when a model is loaded, whatever the nodes: codes cast to
 * float or looked up in a table, with scales that are themselves codes, or repeated. ONNX Runtime
 * computes them here, and the floats take the place of the nodes.
 */
final class StoredCodes {
  /** What decoding is made of. */
  private static final Set<String> DECODING =
      Set.of(
          "Add", "Cast", "Div", "Gather", "MatMul", "Mod", "Mul", "Pow", "Range", "Reshape",
          "Slice", "Sub");

  private final Scope scope;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();

  /** What the nodes give. */
  private final Set<String> values = new HashSet<>();

  /** How many codes are behind those that any are behind, at most. */
  private final Map<String, Long> coded = new HashMap<>();

  private final Set<String> wanted = new LinkedHashSet<>();

  /** Those of the wanted that are scales of nodes that decode. */
  private final Set<String> scales = new HashSet<>();

  private StoredCodes(Scope scope) {
    this.scope = scope;
    List<Node> others = new ArrayList<>();
    for (Node node : new GraphEditor(scope.graph()).toGraph().nodes())
      if (decodes(node)) add(node);
      else others.add(node);
    for (Node node : others)
      for (String read : node.reads())
        if (QuantizedParts.isQuantized(node)) scales.add(read);
        else if (coded.containsKey(read)) wanted.add(read);
    for (ValueInfo output : scope.graph().outputs())
      if (coded.containsKey(output.name())) wanted.add(output.name());
    scales.retainAll(values);
    wanted.addAll(scales);
  }

  /** The model with such constants, those of bodies too, as floats. */
  static Model decode(Model model) {
    Rewrite rewrite = new Rewrite(model);
    Scope.of(model.graph())
        .visit((scope, node) -> {}, scope -> new StoredCodes(scope).replace(model, rewrite));
    return rewrite.apply();
  }

  /** Whether the node belongs to decoding and all that it reads is known. */
  private boolean decodes(Node node) {
    return DECODING.contains(node.opType())
        && node.domain().isEmpty()
        && node.inputs().stream()
            .allMatch(
                input ->
                    input.isEmpty() || values.contains(input) || scope.constant(input) != null);
  }

  private void add(Node node) {
    nodes.add(node);
    values.addAll(node.outputs());
    for (String input : node.inputs()) {
      Constant constant = values.contains(input) ? null : scope.constant(input);
      if (constant != null) constants.put(input, constant.value());
      long codes = coded.getOrDefault(input, 0L);
      if (constant != null && node.is("Cast")) codes += codes(constant.value());
      if (codes > 0) coded.merge(node.output(0), codes, Long::sum);
    }
  }

  /** The most codes that a constant can be, as packed bytes of one bit each; 0 if it is none. */
  private static long codes(Tensor value) {
    if (!isCodes(value)) return 0;
    return value.dtype() == DType.UINT8 ? 8 * value.count() : value.count();
  }

  /** Whether a constant may be codes of a weight or of its scales, and not an index or a table. */
  static boolean isCodes(Tensor value) {
    return value.rank() > 1 && isCodes(value.dtype());
  }

  private static boolean isCodes(DType type) {
    return switch (type) {
      case INT16, UINT16, INT8, UINT8, INT4, UINT4, INT2, UINT2 -> true;
      case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> true;
      default -> false;
    };
  }

  /** The nodes that lead to what is wanted, in topological order; other constants are dropped. */
  private List<Node> needed() {
    Set<String> read = new HashSet<>(wanted);
    List<Node> needed = new ArrayList<>();
    for (Node node : nodes.reversed()) {
      if (node.outputs().stream().noneMatch(read::contains)) continue;
      needed.add(node);
      read.addAll(node.inputs());
    }
    constants.keySet().retainAll(read);
    return needed.reversed();
  }

  /** A product that is larger than the codes behind it is no weight. */
  private boolean isDecoded(String name, Tensor value) {
    return value.dtype().isFloat()
        && (scales.contains(name) || value.count() <= coded.getOrDefault(name, 0L));
  }

  private void replace(Model model, Rewrite rewrite) {
    if (wanted.isEmpty()) return;
    Map<String, Tensor> floats = ConstantProgram.run(model, needed(), constants, wanted);
    for (Node node : nodes) {
      String name = node.output(0);
      Tensor value = floats.get(name);
      if (value == null || !isDecoded(name, value)) continue;
      rewrite.node(
          node,
          (editor, current) -> {
            editor.remove(current);
            editor.addInitializer(name, value);
          });
    }
  }
}
