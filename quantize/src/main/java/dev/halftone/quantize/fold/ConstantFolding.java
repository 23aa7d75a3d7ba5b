package dev.halftone.quantize.fold;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes in ONNX Runtime, once, what depends on constants alone, as far as {@link Growth} allows
 * the results to be stored.
 */
final class ConstantFolding {
  /** Give another answer each time, or are part of a quantized model and stay as they are. */
  private static final Set<String> NOT_FOLDED =
      Set.of(
          "RandomNormal",
          "RandomNormalLike",
          "RandomUniform",
          "RandomUniformLike",
          "Multinomial",
          "Bernoulli",
          "QuantizeLinear",
          "DequantizeLinear",
          "DynamicQuantizeLinear");

  /** Bytes; a second copy of a smaller constant costs less than a node at run time. */
  private static final long SMALLEST_TIED = 1024;

  private ConstantFolding() {}

  /**
   * The model with constants computed.
   *
   * @param untie whether a Transpose of a weight that others read too is computed, so that it is
   *     stored twice
   */
  static Model fold(Model model, boolean untie) {
    GraphIndex index = new GraphIndex(model.graph());
    List<Node> foldable = foldable(model.graph(), index, untie);
    if (foldable.isEmpty()) return model;
    Set<String> wanted = frontier(foldable, index);
    Map<String, Tensor> results = new LinkedHashMap<>(compute(model, foldable, wanted));
    Growth growth = new Growth(model.graph(), index);
    results.entrySet().removeIf(result -> !growth.allows(result.getKey(), result.getValue()));

    GraphEditor editor = new GraphEditor(model.graph());
    Set<String> missing = new HashSet<>(wanted);
    missing.removeAll(results.keySet());
    for (Node node : foldable.reversed()) {
      // What gives a value that is no tensor, or too large a one, stays, with all that leads to it.
      if (node.outputs().stream().anyMatch(missing::contains)) missing.addAll(node.reads());
      else editor.remove(node);
    }
    Set<String> computed = editor.producers().keySet();
    results.forEach(
        (name, value) -> {
          if (!computed.contains(name)) editor.addInitializer(name, value);
        });
    editor.prune();
    return model.withGraph(editor.toGraph());
  }

  /**
   * Nodes of the standard domain without bodies all of whose inputs are constants, directly or
   * through other such nodes.
   */
  private static List<Node> foldable(Graph graph, GraphIndex index, boolean untie) {
    Set<String> constant = new LinkedHashSet<>();
    List<Node> foldable = new ArrayList<>();
    for (Node node : graph.nodes()) {
      boolean known =
          node.inputs().stream()
              .allMatch(
                  input ->
                      input.isEmpty() || constant.contains(input) || index.constant(input) != null);
      boolean plain = node.domain().isEmpty() && node.bodies().isEmpty();
      if (!known || !plain || NOT_FOLDED.contains(node.opType())) continue;
      if (node.outputs().stream().anyMatch(index::isOutput)) continue;
      if (!untie && turnsTiedWeight(node, index)) continue;
      foldable.add(node);
      constant.addAll(node.outputs());
    }
    return foldable;
  }

  /** Whether another node than this Transpose reads the values of the weight that it turns. */
  private static boolean turnsTiedWeight(Node node, GraphIndex index) {
    Tensor weight = index.constant(node.input(0));
    return node.is("Transpose")
        && weight != null
        && weight.dtype().isFloat()
        && weight.byteSize() >= SMALLEST_TIED
        && index.consumers(node.input(0)).stream()
            .anyMatch(reader -> reader != node && !reader.is("Shape"));
  }

  /** Values of the foldable nodes that other nodes read. */
  private static Set<String> frontier(List<Node> foldable, GraphIndex index) {
    Set<Node> inside = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    inside.addAll(foldable);
    Set<String> wanted = new LinkedHashSet<>();
    for (Node node : foldable) {
      for (String output : node.outputs()) {
        if (index.consumers(output).stream().anyMatch(reader -> !inside.contains(reader)))
          wanted.add(output);
      }
    }
    return wanted;
  }

  private static Map<String, Tensor> compute(Model model, List<Node> nodes, Set<String> wanted) {
    Map<String, Tensor> constants = new LinkedHashMap<>();
    for (Node node : nodes) {
      for (String input : node.inputs()) {
        Tensor value = model.graph().initializers().get(input);
        if (value != null) constants.put(input, value);
      }
    }
    return ConstantProgram.run(model, nodes, constants, wanted);
  }
}
