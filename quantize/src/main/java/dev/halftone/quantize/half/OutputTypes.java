package dev.halftone.quantize.half;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.quantize.fold.ConstantNodes;
import dev.halftone.quantize.scope.CastTypes;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The element types that standard operators give (ONNX operators, type constraints). */
final class OutputTypes {
  private static final Set<String> INDICES =
      Set.of("Shape", "Size", "ArgMax", "ArgMin", "NonZero", "NonMaxSuppression", "Multinomial");
  private static final Set<String> CONDITIONS =
      Set.of(
          "Equal",
          "Greater",
          "GreaterOrEqual",
          "Less",
          "LessOrEqual",
          "And",
          "Or",
          "Xor",
          "Not",
          "IsNaN",
          "IsInf");
  private static final Set<String> INTEGER_SUMS = Set.of("ConvInteger", "MatMulInteger");
  private static final Set<String> NAMED =
      Set.of(
          "EyeLike",
          "RandomNormal",
          "RandomNormalLike",
          "RandomUniform",
          "RandomUniformLike",
          "Bernoulli");

  private OutputTypes() {}

  /** The type of output {@code index}, or null where the operator does not tell. */
  static @Nullable DType of(Node node, int index, ElementTypes known) {
    if (!node.domain().isEmpty()) return known.of(node.output(index));
    String type = node.opType();
    if (INDICES.contains(type)) return DType.INT64;
    if (CONDITIONS.contains(type)) return DType.BOOL;
    if (INTEGER_SUMS.contains(type)) return DType.INT32;
    if (NAMED.contains(type)) return named(node, index, known);
    return switch (type) {
      case "Constant" -> constant(node);
      case "ConstantOfShape" ->
          node.attribute("value") instanceof Attribute.OfTensor(Tensor value)
              ? value.dtype()
              : DType.FLOAT32;
      case "Cast" -> cast(node, index, known);
      case "CastLike", "Where" -> known.of(node.input(1));
      case "OneHot" -> known.of(node.input(2));
      case "TopK", "MaxPool", "Unique" -> index == 0 ? known.of(node.input(0)) : DType.INT64;
      case "Dropout" -> index == 0 ? known.of(node.input(0)) : DType.BOOL;
      case "DynamicQuantizeLinear" -> index == 1 ? DType.FLOAT32 : DType.UINT8;
      case "DequantizeLinear" -> known.of(node.input(1));
      case "QuantizeLinear" -> node.input(2).isEmpty() ? DType.UINT8 : known.of(node.input(2));
      case "QLinearConv", "QLinearMatMul" -> known.of(node.input(7));
      default -> node.inputs().isEmpty() ? known.of(node.output(index)) : known.of(node.input(0));
    };
  }

  private static @Nullable DType named(Node node, int index, ElementTypes known) {
    DType named = CastTypes.named(node, "dtype");
    if (named != null) return named;
    if (node.attribute("dtype") != null) return known.of(node.output(index));
    return node.inputs().isEmpty() ? DType.FLOAT32 : known.of(node.input(0));
  }

  private static @Nullable DType constant(Node node) {
    Tensor value = ConstantNodes.value(node);
    return value == null ? null : value.dtype();
  }

  /** Only floating-point targets matter here: any other is given as one that is none. */
  private static DType cast(Node node, int index, ElementTypes known) {
    DType named = CastTypes.named(node, "to");
    DType declared = known.of(node.output(index));
    if (named != null) return named;
    return declared == null || declared.isFloat() ? DType.INT64 : declared;
  }
}
