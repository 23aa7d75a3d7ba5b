package dev.halftone.calibrate;

import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Types of the values inside a graph, as ONNX Runtime infers them. */
final class ValueTypes {
  /** Smaller constants may be shapes, axes and the like, which the inference has to see. */
  private static final long WEIGHT_BYTES = 1024;

  private ValueTypes() {}

  /**
   * Types by name, in the order of the names; values that are not tensors are left out.
   *
   * @throws UnsupportedModelException if ONNX Runtime does not take the model
   */
  static Map<String, TensorType> of(Model model, List<String> names) {
    Map<String, TensorType> known = infer(model, names);
    Map<String, TensorType> types = new LinkedHashMap<>();
    for (String name : names) {
      TensorType type = known.get(name);
      if (type != null) types.put(name, type);
    }
    return types;
  }

  private static Map<String, TensorType> infer(Model model, List<String> names) {
    try {
      return outputs(withoutWeights(model), names);
    } catch (UnsupportedModelException e) {
      return outputs(model, names); // Some operator insists on a constant.
    }
  }

  private static Map<String, TensorType> outputs(Model model, List<String> names) {
    Map<String, TensorType> types = new HashMap<>();
    try (RunnableModel session = RunnableModel.open(model, names, RunOptions.asWritten())) {
      for (ValueInfo output : session.outputs())
        if (output.type() != null) types.put(output.name(), output.type());
    }
    return types;
  }

  /**
   * Weights made inputs: inferring types then takes milliseconds, whatever the size of the model.
   */
  private static Model withoutWeights(Model model) {
    GraphEditor editor = new GraphEditor(model.graph());
    List<ValueInfo> inputs = new ArrayList<>(model.graph().requiredInputs());
    for (Map.Entry<String, Tensor> initializer : model.graph().initializers().entrySet()) {
      Tensor value = initializer.getValue();
      if (value.byteSize() < WEIGHT_BYTES) continue;
      editor.removeInitializer(initializer.getKey());
      inputs.add(
          new ValueInfo(initializer.getKey(), TensorType.fixed(value.dtype(), value.shape())));
    }
    editor.setInputs(inputs);
    return model.withGraph(editor.toGraph());
  }
}
