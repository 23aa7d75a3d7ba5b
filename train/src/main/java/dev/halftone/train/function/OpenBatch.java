package dev.halftone.train.function;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Models that were exported for one sample, made to take several. What binds them is mostly a
 * Reshape to a constant shape that starts with 1. Whether nothing else does shows when they run.
 */
public final class OpenBatch {
  private OpenBatch() {}

  /**
   * The model with the leading 1 of each such shape replaced by 0, which keeps the first dimension.
   */
  public static Model of(Model model) {
    Graph graph = model.graph();
    GraphIndex index = new GraphIndex(graph);
    GraphEditor editor = new GraphEditor(graph);
    for (Node node : graph.nodes()) {
      Tensor shape = node.is("Reshape") ? index.constant(node.input(1)) : null;
      boolean constant = index.constant(node.input(0)) != null;
      if (shape == null || constant || !startsWithOne(shape)) continue;
      if (node.integer("allowzero", 0) != 0) continue;
      long[] open = shape.toLongs();
      open[0] = 0;
      String name = editor.freshName(node.input(1) + "_open");
      editor.addInitializer(name, Tensor.ofLongs(open, open.length));
      List<String> inputs = new ArrayList<>(node.inputs());
      inputs.set(1, name);
      editor.replace(node, node.withInputs(inputs));
    }
    return model.withGraph(editor.toGraph());
  }

  private static boolean startsWithOne(Tensor shape) {
    return shape.dtype() == DType.INT64 && shape.count() > 1 && shape.longAt(0) == 1;
  }
}
