package dev.halftone.graph.opset;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a graph itself tells about its values, and about those of the graphs around it. */
final class Facts {
  /**
   * Producers followed back in search of a rank or type; real chains of unary operators are
   * shorter.
   */
  private static final int REACH = 64;

  /** Their first output has the rank of their first input. */
  private static final Set<String> KEEP_RANK =
      Set.of(
          "Abs",
          "AveragePool",
          "BatchNormalization",
          "Cast",
          "Clip",
          "Conv",
          "ConvTranspose",
          "Dropout",
          "Elu",
          "Erf",
          "Exp",
          "GlobalAveragePool",
          "GlobalMaxPool",
          "HardSigmoid",
          "Identity",
          "InstanceNormalization",
          "LRN",
          "LeakyRelu",
          "Log",
          "MaxPool",
          "Neg",
          "PRelu",
          "Pad",
          "Relu",
          "Resize",
          "Selu",
          "Sigmoid",
          "Softplus",
          "Sqrt",
          "Tanh",
          "Transpose",
          "Upsample");

  /** Their first output has the element type of their first input. */
  private static final Set<String> KEEP_TYPE =
      Set.of(
          "Abs",
          "Add",
          "AveragePool",
          "BatchNormalization",
          "Clip",
          "Concat",
          "Conv",
          "ConvTranspose",
          "DepthToSpace",
          "Div",
          "Dropout",
          "Elu",
          "Erf",
          "Exp",
          "Expand",
          "Flatten",
          "Gather",
          "Gemm",
          "GlobalAveragePool",
          "GlobalMaxPool",
          "HardSigmoid",
          "Identity",
          "InstanceNormalization",
          "LRN",
          "LeakyRelu",
          "Log",
          "LogSoftmax",
          "MatMul",
          "Max",
          "MaxPool",
          "Mean",
          "Min",
          "Mul",
          "Neg",
          "PRelu",
          "Pad",
          "Pow",
          "ReduceMax",
          "ReduceMean",
          "ReduceMin",
          "ReduceSum",
          "Relu",
          "Reshape",
          "Resize",
          "Selu",
          "Sigmoid",
          "Slice",
          "Softmax",
          "Softplus",
          "SpaceToDepth",
          "Split",
          "Sqrt",
          "Squeeze",
          "Sub",
          "Sum",
          "Tanh",
          "Tile",
          "Transpose",
          "Unsqueeze",
          "Upsample");

  private final @Nullable Facts around;
  private final Map<String, Tensor> initializers;
  private final Map<String, TensorType> types = new HashMap<>();
  private final Map<String, Node> producers = new HashMap<>();

  private Facts(@Nullable Facts around, Map<String, Tensor> initializers, List<Node> nodes) {
    this.around = around;
    this.initializers = initializers;
    for (Node node : nodes) for (String output : node.outputs()) producers.put(output, node);
  }

  static Facts of(@Nullable Facts around, Graph graph) {
    Facts facts = new Facts(around, graph.initializers(), graph.nodes());
    facts.declare(graph.values());
    facts.declare(graph.outputs());
    facts.declare(graph.inputs());
    return facts;
  }

  /** Of a function's nodes, whose values have no declared types. */
  static Facts of(List<Node> nodes) {
    return new Facts(null, Map.of(), nodes);
  }

  private void declare(List<ValueInfo> values) {
    for (ValueInfo value : values) {
      TensorType type = value.type();
      if (type != null) types.put(value.name(), type);
    }
  }

  private boolean knows(String value) {
    return initializers.containsKey(value)
        || types.containsKey(value)
        || producers.containsKey(value);
  }

  /** The constant of that name, null for values that are computed or given. */
  @Nullable Tensor constant(String value) {
    Tensor initializer = initializers.get(value);
    if (initializer != null) return initializer;
    Node producer = producers.get(value);
    if (producer != null) {
      return producer.is("Constant")
              && producer.attribute("value") instanceof Attribute.OfTensor(Tensor tensor)
          ? tensor
          : null;
    }
    return around == null || knows(value) ? null : around.constant(value);
  }

  /** The declared axes, null where nothing is declared. */
  @Nullable List<Dimension> shape(String value) {
    TensorType type = types.get(value);
    if (type != null) return type.shape();
    return around == null || knows(value) ? null : around.shape(value);
  }

  /** The number of axes, or -1 where it cannot be told. */
  int rank(String value) {
    return rank(value, REACH);
  }

  private int rank(String value, int reach) {
    Tensor constant = constant(value);
    if (constant != null) return constant.rank();
    List<Dimension> shape = shape(value);
    if (shape != null) return shape.size();
    Node producer = producers.get(value);
    if (producer == null) return around == null || knows(value) ? -1 : around.rank(value, reach);
    if (reach == 0 || !producer.domain().isEmpty()) return -1;
    if (producer.is("Gemm") || producer.is("Flatten")) return 2;
    if (producer.is("Reshape")) return elements(producer.input(1));
    boolean keeps = KEEP_RANK.contains(producer.opType()) && producer.output(0).equals(value);
    return keeps ? rank(producer.input(0), reach - 1) : -1;
  }

  private int elements(String shapeInput) {
    Tensor shape = constant(shapeInput);
    return shape == null ? -1 : Math.toIntExact(shape.count());
  }

  /** The element type, or null where it cannot be told. */
  @Nullable DType dtype(String value) {
    return dtype(value, REACH);
  }

  private @Nullable DType dtype(String value, int reach) {
    Tensor constant = constant(value);
    if (constant != null) return constant.dtype();
    TensorType type = types.get(value);
    if (type != null) return type.dtype();
    Node producer = producers.get(value);
    if (producer == null) return around == null || knows(value) ? null : around.dtype(value, reach);
    boolean keeps = producer.domain().isEmpty() && KEEP_TYPE.contains(producer.opType());
    return keeps && reach > 0 && producer.output(0).equals(value)
        ? dtype(producer.input(0), reach - 1)
        : null;
  }
}
