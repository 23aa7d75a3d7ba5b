package dev.halftone.quantize.fold;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.ValueInfo;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Nodes that read nothing but constants, computed once in ONNX Runtime. */
public final class ConstantProgram {
  private ConstantProgram() {}

  /**
   * The wanted values by name.
   *
   * @param model whose operator sets the nodes are of
   * @param nodes in topological order
   * @param constants that they read
   */
  public static Map<String, Tensor> run(
      Model model, List<Node> nodes, Map<String, Tensor> constants, Collection<String> wanted) {
    List<ValueInfo> outputs = wanted.stream().map(name -> new ValueInfo(name, null)).toList();
    Graph part =
        new Graph("constants", nodes, constants, List.of(), outputs, List.of(), Opaque.NONE);
    Model program =
        new Model(model.irVersion(), model.opsets(), part, List.of(), Map.of(), Opaque.NONE);
    try (RunnableModel runnable = RunnableModel.open(program, List.of(), RunOptions.asWritten())) {
      return runnable.run(Map.of());
    }
  }
}
