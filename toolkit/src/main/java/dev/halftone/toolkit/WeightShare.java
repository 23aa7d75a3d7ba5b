package dev.halftone.toolkit;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Bytes of weights by the kind of operator that reads them: what decides whether a model profits
 * from dynamic quantization. Bodies are counted; a weight read by several nodes counts for each.
 *
 * @param matMul read by matrix products and recurrent cells
 * @param convolution read by convolutions
 */
record WeightShare(long matMul, long convolution) {
  private static final Set<String> MATMUL =
      Set.of("MatMul", "Gemm", "LSTM", "GRU", "RNN", "Attention", "FusedMatMul", "FusedGemm");
  private static final Set<String> CONVOLUTION = Set.of("Conv", "ConvTranspose", "FusedConv");

  static WeightShare of(Model model) {
    return of(model.graph(), Map.of());
  }

  private static WeightShare of(Graph graph, Map<String, Tensor> outer) {
    Map<String, Tensor> constants = new HashMap<>(outer);
    constants.putAll(constants(graph));
    WeightShare sum = new WeightShare(0, 0);
    for (Node node : graph.nodes()) {
      long bytes = 0;
      for (String input : node.inputs()) {
        Tensor constant = constants.get(input);
        if (constant != null && constant.dtype().isFloat()) bytes += constant.byteSize();
      }
      if (MATMUL.contains(node.opType())) sum = sum.plus(new WeightShare(bytes, 0));
      if (CONVOLUTION.contains(node.opType())) sum = sum.plus(new WeightShare(0, bytes));
      for (Graph body : node.bodies()) sum = sum.plus(of(body, constants));
    }
    return sum;
  }

  /** Initializers and the values of Constant nodes, by name. */
  static Map<String, Tensor> constants(Graph graph) {
    Map<String, Tensor> constants = new HashMap<>(graph.initializers());
    for (Node node : graph.nodes()) {
      if (node.is("Constant")
          && node.attribute("value") instanceof Attribute.OfTensor(Tensor value))
        constants.put(node.output(0), value);
    }
    return constants;
  }

  private WeightShare plus(WeightShare other) {
    return new WeightShare(matMul + other.matMul, convolution + other.convolution);
  }
}
