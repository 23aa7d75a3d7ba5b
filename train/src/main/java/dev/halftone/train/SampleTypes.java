package dev.halftone.train;

import dev.halftone.graph.TensorType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * Element types and shapes of what a model computes from one sample, found by running it.
 *
 * @param sample its inputs
 */
record SampleTypes(TorchGraph graph, Map<String, Tensor> sample) {
  /**
   * Of outputs or inner values, by name.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if libtorch fails at a node
   */
  Map<String, TensorType> of(Collection<String> values) {
    try (Libtorch.Computation now = Libtorch.computing();
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Map<String, TensorType> types = new LinkedHashMap<>();
      graph
          .run(TorchTensors.of(sample), values)
          .forEach((name, value) -> types.put(name, TorchTensors.type(value)));
      return types;
    }
  }
}
