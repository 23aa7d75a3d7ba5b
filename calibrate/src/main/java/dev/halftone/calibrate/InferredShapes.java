package dev.halftone.calibrate;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shapes of values that follow from the shapes of a sample: axes of equal names have equal sizes.
 */
final class InferredShapes {
  private final Map<String, Long> sizes = new HashMap<>();

  /** The sizes that the sample gives to the named axes of the inputs. */
  InferredShapes(List<ValueInfo> inputs, Map<String, Tensor> sample) {
    for (ValueInfo input : inputs) {
      Tensor tensor = sample.get(input.name());
      List<Dimension> shape = input.type() == null ? null : input.type().shape();
      if (tensor == null || shape == null || shape.size() != tensor.rank()) continue;
      for (int axis = 0; axis < tensor.rank(); axis++) {
        if (shape.get(axis) instanceof Dimension.Symbolic(String name))
          sizes.put(name, tensor.dimension(axis));
      }
    }
  }

  /** The shape of a value of that type, or null when it does not follow. */
  long @Nullable [] of(TensorType type) {
    if (type.shape() == null) return null;
    long[] shape = new long[type.shape().size()];
    for (int axis = 0; axis < shape.length; axis++) {
      Long size =
          switch (type.shape().get(axis)) {
            case Dimension.Fixed(long fixed) -> fixed;
            case Dimension.Symbolic(String name) -> sizes.get(name);
            case Dimension.Unknown() -> null;
          };
      if (size == null) return null;
      shape[axis] = size;
    }
    return shape;
  }
}
