package dev.halftone.quantize.qdq;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.dequantize.Decoding;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The weights of linear operators, as they were and as they are stored. */
final class StaticWeights {
  private StaticWeights() {}

  static List<StoredWeight> of(Graph graph, StaticDecisions decisions) {
    GraphIndex index = new GraphIndex(graph);
    Map<String, StoredWeight> weights = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      LinearWeights linear = decisions.weights().get(node);
      if (linear == null) continue;
      Tensor original = Objects.requireNonNull(index.constant(node.input(1)));
      weights.putIfAbsent(node.input(1), stored(node.input(1), original, linear.weight()));
    }
    return List.copyOf(weights.values());
  }

  private static StoredWeight stored(String name, Tensor original, QuantizedTensor weight) {
    long bytes = weight.codes().byteSize() + weight.scale().byteSize();
    return StoredWeight.quantized(
        name,
        original,
        // Zero points of symmetric weights are stored too, since ONNX has no other way to say the
        // type.
        bytes + weight.zeroPoint().byteSize(),
        () ->
            Decoding.decode(weight.codes(), weight.scale(), weight.zeroPoint(), weight.axis(), 0));
  }
}
