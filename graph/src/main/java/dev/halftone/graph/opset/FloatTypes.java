package dev.halftone.graph.opset;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Function;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The floating-point types that a model mentions anywhere: in its constants, declared types and
 * casts.
 */
final class FloatTypes {
  private final Set<DType> mentioned = EnumSet.noneOf(DType.class);

  private FloatTypes() {}

  /** The type if there is just one, else null. */
  static @Nullable DType only(Model model) {
    FloatTypes types = new FloatTypes();
    types.collect(model.graph());
    for (Function function : model.functions()) types.collect(function.nodes());
    return types.mentioned.size() == 1 ? types.mentioned.iterator().next() : null;
  }

  private void collect(Graph graph) {
    graph.initializers().values().forEach(tensor -> mention(tensor.dtype()));
    for (List<ValueInfo> values : List.of(graph.inputs(), graph.outputs(), graph.values())) {
      for (ValueInfo value : values) {
        TensorType type = value.type();
        if (type != null) mention(type.dtype());
      }
    }
    collect(graph.nodes());
  }

  private void collect(List<Node> nodes) {
    for (Node node : nodes) {
      if (node.is("Cast")) mention(castTarget(node));
      for (Attribute attribute : node.attributes().values()) {
        if (attribute instanceof Attribute.OfTensor(var tensor)) mention(tensor.dtype());
      }
      node.bodies().forEach(this::collect);
    }
  }

  /**
   * {@code TensorProto.DataType} of the floating-point types; random and sequence operators name
   * types the same way but are rare.
   */
  private static DType castTarget(Node node) {
    return switch ((int) node.integer("to", 0)) {
      case 1 -> DType.FLOAT32;
      case 10 -> DType.FLOAT16;
      case 11 -> DType.FLOAT64;
      case 16 -> DType.BFLOAT16;
      default -> DType.BOOL;
    };
  }

  private void mention(DType dtype) {
    if (dtype.isFloat()) mentioned.add(dtype);
  }
}
