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
 * <p>All results leave the session as one vector, since each tensor that crosses the border to Java
 * costs as much as a small operator. For each value it holds rank and shape, where these do not
 * follow from the shapes of the inputs, and then minimum, maximum and sum, if it has floating-point
 * numbers.
 *
 * <p>ONNX Runtime orders operators depth first from the last consumer, and of several inputs takes
 * the one of the last node first. The reductions are therefore written in the reverse order of the
 * values: so each value is reduced as soon as it is there, and its memory used again.
 */
final class Reductions {
  private static final List<String> OPERATORS = List.of("ReduceMin", "ReduceMax", "ReduceSum");

  /** Number of FLOAT among the specification's element types, for Cast. */
  private static final long FLOAT = 1;

  /** Integers below this are exact as floats. */
  private static final float EXACT = 1 << 24;

  /** A value that is observed, and whether its shape comes along. */
  private record Observed(String name, TensorType type, boolean withShape) {}

  private final Model whole;
  private final Model model;
  private final List<Observed> values = new ArrayList<>();
  private final List<String> vector;
  private final Set<String> irregular = ConcurrentHashMap.newKeySet();

  /**
   * Builds the graph.
   *
   * @param types of the values to reduce, as far as they are inferred, in the order of the graph
   * @param sample a complete set of inputs
   * @param keep outputs that the graph is to have besides
   */
  Reductions(
      Model whole,
      Map<String, TensorType> types,
      Map<String, Tensor> sample,
      Collection<String> keep) {
    this.whole = whole;
    InferredShapes inferred = new InferredShapes(whole.graph().requiredInputs(), sample);
    types.forEach((name, type) -> values.add(new Observed(name, type, inferred.of(type) == null)));
    GraphEditor editor = new GraphEditor(whole.graph());
    List<String> results = reduce(editor);
    vector =
        results.isEmpty()
            ? List.of()
            : List.of(add(editor, "Concat", results, Map.of("axis", new Attribute.OfInt(0))));
    List<String> outputs = new ArrayList<>(keep);
    outputs.addAll(vector);
    editor.setOutputs(outputs.stream().map(name -> new ValueInfo(name, null)).toList());
    editor.prune();
    model = whole.withGraph(editor.toGraph());
  }

  /** Names of vectors of one element or, for shapes, several, in the order of the values. */
  private List<String> reduce(GraphEditor editor) {
    String flat = editor.freshName("flat_shape");
    editor.addInitializer(flat, Tensor.ofLongs(new long[] {-1}, 1));
    List<List<String>> results = new ArrayList<>();
    for (Observed value : values.reversed()) {
      List<String> own = new ArrayList<>();
      if (value.withShape()) addShape(editor, value.name(), own);
      if (value.type().dtype().isFloat()) addExtremes(editor, value, flat, own);
      results.add(own);
    }
    return results.reversed().stream().flatMap(List::stream).toList();
  }

  private static void addShape(GraphEditor editor, String value, List<String> results) {
    String shape = add(editor, "Shape", List.of(value), Map.of());
    results.add(toFloat(editor, add(editor, "Shape", List.of(shape), Map.of())));
    results.add(toFloat(editor, shape));
  }

  private static void addExtremes(
      GraphEditor editor, Observed value, String flat, List<String> results) {
    String elements = add(editor, "Reshape", List.of(value.name(), flat), Map.of());
    for (String operator : OPERATORS) {
      Map<String, Attribute> oneElement = Map.of("keepdims", new Attribute.OfInt(1));
      String result = add(editor, operator, List.of(elements), oneElement);
      // Double is reduced as it is: rounding comes last.
      results.add(value.type().dtype() == DType.FLOAT64 ? toFloat(editor, result) : result);
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
    return vector;
  }

  /** Adds one sample's values. */
  void observe(Map<String, Tensor> sample, Map<String, Tensor> outputs, Observations observations) {
    InferredShapes inferred = new InferredShapes(whole.graph().requiredInputs(), sample);
    float[] results =
        vector.isEmpty()
            ? new float[0]
            : Objects.requireNonNull(outputs.get(vector.getFirst())).toFloats();
    int at = 0;
    for (Observed value : values) {
      int rank = value.withShape() ? (int) results[at++] : 0;
      long[] shape =
          value.withShape()
              ? shape(value, results, at, rank)
              : Objects.requireNonNull(inferred.of(value.type()));
      at += rank;
      observations.see(value.name(), value.type().dtype(), shape);
      if (!value.type().dtype().isFloat()) continue;
      observe(value.name(), Tensor.elements(shape), results, at, observations);
      at += OPERATORS.size();
    }
  }

  private long[] shape(Observed value, float[] results, int at, int rank) {
    long[] shape = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      shape[axis] = (long) results[at + axis];
      if (shape[axis] >= EXACT) irregular.add(value.name());
    }
    return shape;
  }

  private void observe(
      String name, long elements, float[] results, int at, Observations observations) {
    float min = results[at];
    float max = results[at + 1];
    float sum = results[at + 2];
    if (elements == 0) {
      observations.observe(name, FiniteRange.EMPTY);
    } else if (Float.isFinite(min) && Float.isFinite(max) && Float.isFinite(sum)) {
      observations.observe(name, new FiniteRange(min + 0f, max + 0f, elements, 0, 0));
    } else {
      irregular.add(name);
    }
  }

  /**
   * Values that had NaN or infinities, a sum beyond all floats, or an axis too long to tell, in
   * some sample.
   */
  Set<String> irregular() {
    return irregular;
  }
}
