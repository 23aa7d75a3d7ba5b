package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.checked;
import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import dev.halftone.graph.Node;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Element types. */
final class Types {
  private Types() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("Cast", checked(Types::refusal, Types::cast)),
        entry("CastLike", one(call -> call.input(0).to(call.input(1).scalar_type()))));
  }

  static boolean isFloat(Tensor tensor) {
    return switch (tensor.scalar_type().intern()) {
      case Float, Double, Half, BFloat16 -> true;
      default -> false;
    };
  }

  private static @Nullable String refusal(Node node, long opset) {
    long to = node.integer("to", 0);
    return type(to) == null ? "it gives elements of type " + to : null;
  }

  private static Tensor cast(Call call) {
    ScalarType type = type(call.integer("to", 0));
    if (type == null) throw new IllegalStateException("not checked: " + call.node().label());
    Tensor x = call.input(0);
    return x.scalar_type().intern() == type ? new Tensor(x) : x.to(type);
  }

  /** ONNX, TensorProto.DataType; null for those that libtorch does not compute with. */
  private static @Nullable ScalarType type(long code) {
    return switch ((int) code) {
      case 1 -> ScalarType.Float;
      case 2 -> ScalarType.Byte;
      case 3 -> ScalarType.Char;
      case 5 -> ScalarType.Short;
      case 6 -> ScalarType.Int;
      case 7 -> ScalarType.Long;
      case 9 -> ScalarType.Bool;
      case 10 -> ScalarType.Half;
      case 11 -> ScalarType.Double;
      case 16 -> ScalarType.BFloat16;
      default -> null;
    };
  }
}
