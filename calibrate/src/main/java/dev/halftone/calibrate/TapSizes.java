package dev.halftone.calibrate;

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

/**
 * How many bytes each tapped value takes for one sample, without ever holding them all. Where ONNX
 * Runtime's shape inference does not say, the sample is run once with a Shape node behind the value
 * as its only reader.
 */
final class TapSizes {
  private TapSizes() {}

  /**
   * Bytes by name.
   *
   * @param taps types of the values, as far as they are inferred
   * @param sample a complete set of inputs
   */
  static Map<String, Long> of(
      Model model, Map<String, TensorType> taps, Map<String, Tensor> sample) {
    InferredShapes shapes = new InferredShapes(model.graph().requiredInputs(), sample);
    Map<String, Long> sizes = new LinkedHashMap<>();
    Map<String, TensorType> unknown = new LinkedHashMap<>();
    taps.forEach(
        (name, type) -> {
          long[] shape = shapes.of(type);
          if (shape == null) unknown.put(name, type);
          sizes.put(name, shape == null ? 0 : type.dtype().bytes(Tensor.elements(shape)));
        });
    if (!unknown.isEmpty()) sizes.putAll(probe(model, unknown, sample));
    return sizes;
  }

  private static Map<String, Long> probe(
      Model model, Map<String, TensorType> taps, Map<String, Tensor> sample) {
    GraphEditor editor = new GraphEditor(model.graph());
    Map<String, String> shapes = new LinkedHashMap<>();
    // The last node's inputs are computed first: so no value waits for its Shape.
    for (String name : List.copyOf(taps.keySet()).reversed()) {
      String shape = editor.freshName(name + "_shape");
      editor.add(
          Node.of(editor.freshName(name + "_Shape"), "Shape", List.of(name), List.of(shape)));
      shapes.put(shape, name);
    }
    editor.setOutputs(shapes.keySet().stream().map(name -> new ValueInfo(name, null)).toList());
    editor.prune();
    Map<String, Long> sizes = new HashMap<>();
    try (RunnableModel prober =
        RunnableModel.open(model.withGraph(editor.toGraph()), List.of(), RunOptions.asWritten())) {
      prober
          .run(sample)
          .forEach(
              (output, shape) -> {
                String name = Objects.requireNonNull(shapes.get(output));
                sizes.put(
                    name,
                    Objects.requireNonNull(taps.get(name))
                        .dtype()
                        .bytes(Tensor.elements(shape.toLongs())));
              });
    }
    return sizes;
  }
}
