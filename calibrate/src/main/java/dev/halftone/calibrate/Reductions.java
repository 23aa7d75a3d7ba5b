package dev.halftone.calibrate;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.kernels.FiniteRange;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A graph that gives the least and greatest element of values in place of the values, reduced inside ONNX Runtime while they are
 * still in its caches. What ONNX makes of NaN there is not said, so the sum comes along: where it is finite, so was every element.
 * Values for which it is not, in some sample, are left for others to observe.
 */
final class Reductions {
  /** Number of FLOAT among the specification's element types, for Cast. */
  private static final long FLOAT = 1;

  /** Names of the outputs that stand for a value; empty but for the shape where it does not hold floating-point numbers. */
  private record Reduced(String value, DType type, String shape, String min, String max, String sum) {}

  private final List<Reduced> values = new ArrayList<>();
  private final Set<String> irregular = ConcurrentHashMap.newKeySet();
  private final Model model;

  /**
   * Builds the graph.
   *
   * @param types of the values to reduce, by name
   * @param keep outputs that the graph is to have besides
   */
  Reductions(Model whole, Map<String, DType> types, Collection<String> keep) {
    GraphEditor editor = new GraphEditor(whole.graph());
    types.forEach((name, type) -> values.add(reduce(editor, name, type)));
    List<ValueInfo> outputs = new ArrayList<>();
    for (String name : keep) outputs.add(new ValueInfo(name, null));
    for (String name : outputs()) outputs.add(new ValueInfo(name, null));
    editor.setOutputs(outputs);
    editor.prune();
    model = whole.withGraph(editor.toGraph());
  }

  private static Reduced reduce(GraphEditor editor, String value, DType type) {
    String shape = add(editor, "Shape", value, Map.of());
    if (!type.isFloat()) return new Reduced(value, type, shape, "", "", "");
    // ONNX Runtime reduces no half precision.
    boolean half = type == DType.FLOAT16 || type == DType.BFLOAT16;
    String source = half ? add(editor, "Cast", value, Map.of("to", new Attribute.OfInt(FLOAT))) : value;
    Map<String, Attribute> toScalar = Map.of("keepdims", new Attribute.OfInt(0));
    return new Reduced(
        value,
        type,
        shape,
        add(editor, "ReduceMin", source, toScalar),
        add(editor, "ReduceMax", source, toScalar),
        add(editor, "ReduceSum", source, toScalar));
  }

  private static String add(GraphEditor editor, String opType, String input, Map<String, Attribute> attributes) {
    String output = editor.freshName(input + "_" + opType);
    String name = editor.freshName(output + "_node");
    editor.add(new Node(name, "", opType, List.of(input), List.of(output), attributes, Opaque.NONE));
    return output;
  }

  Model model() {
    return model;
  }

  /** Names of the outputs that {@link #observe} reads. */
  List<String> outputs() {
    List<String> outputs = new ArrayList<>();
    for (Reduced value : values) {
      outputs.add(value.shape());
      if (value.type().isFloat()) outputs.addAll(List.of(value.min(), value.max(), value.sum()));
    }
    return outputs;
  }

  /** Adds one sample's values. */
  void observe(Map<String, Tensor> outputs, Observations observations) {
    for (Reduced value : values) {
      long[] shape = Objects.requireNonNull(outputs.get(value.shape())).toLongs();
      observations.see(value.value(), value.type(), shape);
      if (value.type().isFloat()) observe(value, Tensor.elements(shape), outputs, observations);
    }
  }

  private void observe(Reduced value, long elements, Map<String, Tensor> outputs, Observations observations) {
    float min = scalar(outputs, value.min());
    float max = scalar(outputs, value.max());
    float sum = scalar(outputs, value.sum());
    if (elements == 0) {
      observations.observe(value.value(), FiniteRange.EMPTY);
    } else if (Float.isFinite(min) && Float.isFinite(max) && Float.isFinite(sum)) {
      observations.observe(value.value(), new FiniteRange(min + 0f, max + 0f, elements, 0, 0));
    } else {
      irregular.add(value.value());
    }
  }

  private static float scalar(Map<String, Tensor> outputs, String name) {
    return Objects.requireNonNull(outputs.get(name)).floatAt(0);
  }

  /** Values that had NaN or infinities, or a sum beyond all floats, in some sample. */
  Set<String> irregular() {
    return irregular;
  }
}
