package dev.halftone.calibrate;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes each tapped value takes for one sample, without ever holding them all. Where ONNX Runtime's shape inference does
 * not say, the sample is run once with a Shape node behind the value as its only reader.
 */
final class TapSizes {
  private TapSizes() {}

  /**
   * Bytes by name.
   *
   * @param taps types of the values, as far as they are inferred
   * @param sample a complete set of inputs
   */
  static Map<String, Long> of(Model model, Map<String, TensorType> taps, Map<String, Tensor> sample) {
    Map<String, Long> symbols = symbols(model.graph().requiredInputs(), sample);
    Map<String, Long> sizes = new LinkedHashMap<>();
    Map<String, TensorType> unknown = new LinkedHashMap<>();
    taps.forEach(
        (name, type) -> {
          Long size = bytes(type, symbols);
          if (size == null) unknown.put(name, type);
          sizes.put(name, size == null ? 0 : size);
        });
    if (!unknown.isEmpty()) sizes.putAll(probe(model, unknown, sample));
    return sizes;
  }

  /** Sizes of the named axes of the inputs. */
  private static Map<String, Long> symbols(List<ValueInfo> inputs, Map<String, Tensor> sample) {
    Map<String, Long> symbols = new HashMap<>();
    for (ValueInfo input : inputs) {
      Tensor tensor = sample.get(input.name());
      List<Dimension> shape = input.type() == null ? null : input.type().shape();
      if (tensor == null || shape == null || shape.size() != tensor.rank()) continue;
      for (int axis = 0; axis < tensor.rank(); axis++) {
        if (shape.get(axis) instanceof Dimension.Symbolic(String name)) symbols.put(name, tensor.dimension(axis));
      }
    }
    return symbols;
  }

  private static @Nullable Long bytes(TensorType type, Map<String, Long> symbols) {
    if (type.shape() == null) return null;
    long elements = 1;
    for (Dimension dimension : type.shape()) {
      Long size =
          switch (dimension) {
            case Dimension.Fixed(long fixed) -> fixed;
            case Dimension.Symbolic(String name) -> symbols.get(name);
            case Dimension.Unknown() -> null;
          };
      if (size == null) return null;
      elements = Math.multiplyExact(elements, size);
    }
    return type.dtype().bytes(elements);
  }

  private static Map<String, Long> probe(Model model, Map<String, TensorType> taps, Map<String, Tensor> sample) {
    GraphEditor editor = new GraphEditor(model.graph());
    Map<String, String> shapes = new LinkedHashMap<>();
    for (String name : taps.keySet()) {
      String shape = editor.freshName(name + "_shape");
      editor.add(Node.of(editor.freshName(name + "_Shape"), "Shape", List.of(name), List.of(shape)));
      shapes.put(shape, name);
    }
    editor.setOutputs(shapes.keySet().stream().map(name -> new ValueInfo(name, null)).toList());
    editor.prune();
    Map<String, Long> sizes = new HashMap<>();
    try (RunnableModel prober = RunnableModel.open(model.withGraph(editor.toGraph()), List.of(), RunOptions.asWritten())) {
      prober.run(sample).forEach((output, shape) -> {
        String name = Objects.requireNonNull(shapes.get(output));
        sizes.put(name, Objects.requireNonNull(taps.get(name)).dtype().bytes(Tensor.elements(shape.toLongs())));
      });
    }
    return sizes;
  }
}
