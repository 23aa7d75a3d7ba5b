package dev.halftone.quantize.qdq;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Shapes of the values around linear operators: inferred by ONNX Runtime, or else seen by running
 * the model on one sample.
 */
final class SeenTypes {
  private SeenTypes() {}

  static Map<String, TensorType> around(Set<Node> nodes, Model model, DataSet data) {
    Graph graph = model.graph();
    Set<String> values = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      if (!nodes.contains(node)) continue;
      values.add(node.input(0));
      values.add(node.output(0));
    }
    graph.inputs().forEach(input -> values.remove(input.name()));
    Map<String, Tensor> sample = data.samples().get(0);
    Map<String, TensorType> types = new HashMap<>();
    sample.forEach((name, value) -> types.put(name, seen(value)));
    try (RunnableModel runnable = RunnableModel.open(model, values, RunOptions.asWritten())) {
      for (ValueInfo output : runnable.outputs()) {
        if (output.type() != null && isKnown(output.type()))
          types.putIfAbsent(output.name(), output.type());
      }
      values.removeAll(types.keySet());
      if (!values.isEmpty()) {
        runnable.run(sample, values).forEach((name, value) -> types.put(name, seen(value)));
      }
    }
    return types;
  }

  private static TensorType seen(Tensor value) {
    return TensorType.fixed(value.dtype(), value.shape());
  }

  /** Whether every axis but the first is known. */
  private static boolean isKnown(TensorType type) {
    List<Dimension> shape = type.shape();
    return shape != null
        && !shape.isEmpty()
        && shape.stream().skip(1).allMatch(dimension -> dimension instanceof Dimension.Fixed);
  }
}
