package dev.halftone.quantize.fold;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes constants of the shapes that {@code Reshape} nodes are given piece by piece ({@code Shape →
 * Gather → Unsqueeze → Concat}, as exporters write them), where all pieces but one at most are
 * known: the one that is not, the batch as a rule, becomes -1 (ONNX operators, Reshape: inferred
 * from the number of elements). Small operators that only compute shapes then fall away.
 */
final class ShapeFolding {
  private static final long INFERRED = -1;

  private final Graph graph;
  private final GraphIndex index;
  private final Map<String, TensorType> types;

  private ShapeFolding(Graph graph, Map<String, TensorType> types) {
    this.graph = graph;
    this.index = new GraphIndex(graph);
    this.types = types;
  }

  static Model fold(Model model) {
    ShapeFolding untyped = new ShapeFolding(model.graph(), Map.of());
    Set<String> measured = untyped.measured();
    if (measured.isEmpty()) return model;
    ShapeFolding folding = new ShapeFolding(model.graph(), types(model, measured));
    GraphEditor editor = new GraphEditor(model.graph());
    for (Node node : model.graph().nodes()) {
      Node concat = folding.assembled(node);
      if (concat == null) continue;
      long[] shape = folding.shape(concat);
      if (shape == null) continue;
      String name = editor.freshName(node.output(0) + "_shape");
      editor.addInitializer(name, Tensor.ofLongs(shape, shape.length));
      editor.replace(node, node.withInputs(List.of(node.input(0), name)));
    }
    editor.prune();
    return model.withGraph(editor.toGraph());
  }

  /** The Concat that gives a Reshape its shape, or null. */
  private @Nullable Node assembled(Node reshape) {
    if (!reshape.is("Reshape") || reshape.integer("allowzero", 0) != 0) return null;
    Node concat = index.producer(reshape.input(1));
    return concat != null && concat.is("Concat") ? concat : null;
  }

  /** The values whose shapes flow into assembled shapes. */
  private Set<String> measured() {
    Set<String> measured = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      Node concat = assembled(node);
      if (concat == null) continue;
      for (String piece : concat.inputs()) {
        Node gather = gathered(piece);
        if (gather != null) measured.add(shapeOf(gather));
      }
    }
    return measured;
  }

  /** The Gather of one dimension that a piece comes from, or null. */
  private @Nullable Node gathered(String piece) {
    Node unsqueeze = index.producer(piece);
    Node gather =
        unsqueeze != null && unsqueeze.is("Unsqueeze")
            ? index.producer(unsqueeze.input(0))
            : unsqueeze;
    if (gather == null || !gather.is("Gather") || gather.integer("axis", 0) != 0) return null;
    Tensor position = index.constant(gather.input(1));
    Node shape = index.producer(gather.input(0));
    boolean plain = shape != null && shape.is("Shape") && shape.attributes().isEmpty();
    return plain && position != null && position.count() == 1 ? gather : null;
  }

  private String shapeOf(Node gather) {
    Node shape = index.producer(gather.input(0));
    return shape == null ? "" : shape.input(0);
  }

  /** The shape with at most one dimension to be inferred, or null where more are not known. */
  private long @Nullable [] shape(Node concat) {
    List<Long> shape = new ArrayList<>();
    for (String piece : concat.inputs()) {
      Tensor constant = index.constant(piece);
      if (constant == null) {
        shape.add(dimension(piece));
      } else {
        for (long value : constant.toLongs()) shape.add(value);
      }
    }
    boolean copies = shape.contains(0L);
    long inferred = shape.stream().filter(size -> size == INFERRED).count();
    if (copies || inferred > 1) return null;
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  /** The size of the dimension that a piece is, -1 where it is not known. */
  private long dimension(String piece) {
    Node gather = gathered(piece);
    TensorType type = gather == null ? null : types.get(shapeOf(gather));
    Tensor position = gather == null ? null : index.constant(gather.input(1));
    if (type == null || type.shape() == null || position == null) return INFERRED;
    int axis = (int) position.longAt(0);
    int rank = type.shape().size();
    if (axis < -rank || axis >= rank) return INFERRED;
    Dimension dimension = type.shape().get(axis < 0 ? axis + rank : axis);
    return dimension instanceof Dimension.Fixed(long size) && size > 0 ? size : INFERRED;
  }

  /** What ONNX Runtime infers of the values, from the part of the graph that gives them. */
  private static Map<String, TensorType> types(Model model, Set<String> values) {
    Map<String, TensorType> types = new HashMap<>();
    for (ValueInfo input : model.graph().inputs()) {
      if (input.type() != null) types.put(input.name(), input.type());
    }
    List<ValueInfo> asked =
        values.stream()
            .filter(value -> !types.containsKey(value))
            .map(value -> new ValueInfo(value, null))
            .toList();
    if (asked.isEmpty()) return types;
    GraphEditor editor = new GraphEditor(model.graph());
    editor.setOutputs(asked);
    editor.prune();
    Model part = model.withGraph(editor.toGraph());
    try (RunnableModel runnable = RunnableModel.open(part, List.of(), RunOptions.asWritten())) {
      for (ValueInfo output : runnable.outputs()) {
        if (output.type() != null) types.put(output.name(), output.type());
      }
    }
    return types;
  }
}
