package dev.halftone.quantize.fold;

import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/**
 * Removes nodes that give their first input back: {@code Identity}, and {@code Dropout} outside
 * training.
 */
final class PassThrough {
  private PassThrough() {}

  static Model remove(Model model) {
    GraphEditor editor = new GraphEditor(model.graph());
    GraphIndex index = new GraphIndex(model.graph());
    Map<String, String> renames = new HashMap<>();
    for (Node node : model.graph().nodes()) {
      if (!passesThrough(node, index) || index.isOutput(node.output(0))) continue;
      editor.remove(node);
      String input = node.input(0);
      renames.put(node.output(0), renames.getOrDefault(input, input));
    }
    editor.rewire(renames);
    editor.prune();
    return model.withGraph(editor.toGraph());
  }

  private static boolean passesThrough(Node node, GraphIndex index) {
    if (node.is("Identity")) return true;
    if (!node.is("Dropout")
        || !index.consumers(node.output(1)).isEmpty()
        || index.isOutput(node.output(1))) {
      return false;
    }
    String training = node.input(2);
    Tensor constant = index.constant(training);
    return training.isEmpty() || (constant != null && constant.longAt(0) == 0);
  }
}
