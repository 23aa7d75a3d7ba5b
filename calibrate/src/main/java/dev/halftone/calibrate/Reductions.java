package dev.halftone.calibrate;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
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
 * A graph that gives the least and greatest element of values in place of the values, reduced
 * inside ONNX Runtime while they are still in its caches. What ONNX makes of NaN there is not said,
 * so the sum comes along: where it is finite, so was every element. Values for which it is not, in
 * some sample, are left for others to observe.
 *
 * <p>The results of all values leave the session as three vectors, since each tensor that crosses
 * the border to Java costs as much as a small operator. Shapes that do not follow from those of the
 * inputs come as outputs of their own.
 */
final class Reductions {
  private static final List<String> OPERATORS = List.of("ReduceMin", "ReduceMax", "ReduceSum");

  /** Number of FLOAT among the specification's element types, for Cast. */
  private static final long FLOAT = 1;

  /**
   * A value that is observed.
   *
   * @param index of its results in the three vectors; -1 when it does not hold floating-point
   *     numbers
   * @param shape output that holds its shape, empty where that can be inferred
   */
  private record Observed(String name, TensorType type, int index, String shape) {}

  private final Model whole;
  private final Model model;
  private final List<Observed> values = new ArrayList<>();
  private final List<List<String>> results =
      List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  private final List<String> vectors = new ArrayList<>();
  private final Set<String> irregular = ConcurrentHashMap.newKeySet();

  /**
   * Builds the graph.
   *
   * @param types of the values to reduce, as far as they are inferred
   * @param sample a complete set of inputs
   * @param keep outputs that the graph is to have besides
   */
  Reductions(
      Model whole,
      Map<String, TensorType> types,
      Map<String, Tensor> sample,
      Collection<String> keep) {
    this.whole = whole;
    GraphEditor editor = new GraphEditor(whole.graph());
    String flat = editor.freshName("flat_shape");
    editor.addInitializer(flat, Tensor.ofLongs(new long[] {-1}, 1));
    InferredShapes inferred = new InferredShapes(whole.graph().requiredInputs(), sample);
    types.forEach((name, type) -> add(editor, name, type, flat, inferred.of(type) != null));
    for (List<String> ofOperator : results) {
      if (!ofOperator.isEmpty())
        vectors.add(add(editor, "Concat", ofOperator, Map.of("axis", new Attribute.OfInt(0))));
    }
    List<ValueInfo> outputs = new ArrayList<>();
    for (String name : keep) outputs.add(new ValueInfo(name, null));
    for (String name : outputs()) outputs.add(new ValueInfo(name, null));
    editor.setOutputs(outputs);
    editor.prune();
    model = whole.withGraph(editor.toGraph());
  }

  private void add(
      GraphEditor editor, String value, TensorType type, String flat, boolean inferred) {
    String shape = inferred ? "" : add(editor, "Shape", List.of(value), Map.of());
    int index = type.dtype().isFloat() ? results.getFirst().size() : -1;
    values.add(new Observed(value, type, index, shape));
    if (type.dtype().isFloat()) reduce(editor, value, type.dtype(), flat);
  }

  private void reduce(GraphEditor editor, String value, DType type, String flat) {
    String vector = add(editor, "Reshape", List.of(value, flat), Map.of());
    for (int i = 0; i < OPERATORS.size(); i++) {
      String result =
          add(
              editor,
              OPERATORS.get(i),
              List.of(vector),
              Map.of("keepdims", new Attribute.OfInt(1)));
      // Double is reduced as it is: rounding comes last.
      results.get(i).add(type == DType.FLOAT64 ? toFloat(editor, result) : result);
    }
  }

  private static String toFloat(GraphEditor editor, String value) {
    return add(editor, "Cast", List.of(value), Map.of("to", new Attribute.OfInt(FLOAT)));
  }

  private static String add(
      GraphEditor editor, String opType, List<String> inputs, Map<String, Attribute> attributes) {
    String output = editor.freshName(inputs.getFirst() + "_" + opType);
    String name = editor.freshName(output + "_node");
    editor.add(new Node(name, "", opType, inputs, List.of(output), attributes, Opaque.NONE));
    return output;
  }

  /**
   * Whether values of that type can be reduced. ONNX Runtime does not reduce half precision, and
   * with a Cast to float behind a value it drops the rounding to half that the value has without
   * it.
   */
  static boolean takes(DType type) {
    return type != DType.FLOAT16 && type != DType.BFLOAT16;
  }

  Model model() {
    return model;
  }

  /** Names of the outputs that {@link #observe} reads. */
  List<String> outputs() {
    List<String> outputs = new ArrayList<>(vectors);
    for (Observed value : values) if (!value.shape().isEmpty()) outputs.add(value.shape());
    return outputs;
  }

  /** Adds one sample's values. */
  void observe(Map<String, Tensor> sample, Map<String, Tensor> outputs, Observations observations) {
    InferredShapes inferred = new InferredShapes(whole.graph().requiredInputs(), sample);
    List<float[]> found = vectors.stream().map(name -> tensor(outputs, name).toFloats()).toList();
    for (Observed value : values) {
      long[] shape =
          value.shape().isEmpty()
              ? inferred.of(value.type())
              : tensor(outputs, value.shape()).toLongs();
      long[] known = Objects.requireNonNull(shape);
      observations.see(value.name(), value.type().dtype(), known);
      if (value.index() >= 0) observe(value, Tensor.elements(known), found, observations);
    }
  }

  private void observe(
      Observed value, long elements, List<float[]> found, Observations observations) {
    float min = found.get(0)[value.index()];
    float max = found.get(1)[value.index()];
    float sum = found.get(2)[value.index()];
    if (elements == 0) {
      observations.observe(value.name(), FiniteRange.EMPTY);
    } else if (Float.isFinite(min) && Float.isFinite(max) && Float.isFinite(sum)) {
      observations.observe(value.name(), new FiniteRange(min + 0f, max + 0f, elements, 0, 0));
    } else {
      irregular.add(value.name());
    }
  }

  private static Tensor tensor(Map<String, Tensor> outputs, String name) {
    return Objects.requireNonNull(outputs.get(name));
  }

  /** Values that had NaN or infinities, or a sum beyond all floats, in some sample. */
  Set<String> irregular() {
    return irregular;
  }
}
