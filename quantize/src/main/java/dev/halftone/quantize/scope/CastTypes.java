package dev.halftone.quantize.scope;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * Element types as the numbers that {@code Cast} and its like name them by (onnx.proto, {@code
 * TensorProto.DataType}).
 */
public final class CastTypes {
  private static final int FLOAT = 1;
  private static final int FLOAT16 = 10;
  private static final int DOUBLE = 11;
  private static final int BFLOAT16 = 16;

  private static final int INT32 = 6;
  private static final int INT64 = 7;

  private CastTypes() {}

  /**
   * The attribute {@code to} for a floating-point type or a wide integer.
   *
   * @throws IllegalArgumentException for other types
   */
  public static Attribute to(DType dtype) {
    return new Attribute.OfInt(number(dtype));
  }

  /**
   * The floating-point type that an attribute of the node names, null for other types or where
   * there is no such attribute.
   */
  public static @Nullable DType named(Node node, String attribute) {
    return switch ((int) node.integer(attribute, 0)) {
      case FLOAT -> DType.FLOAT32;
      case FLOAT16 -> DType.FLOAT16;
      case DOUBLE -> DType.FLOAT64;
      case BFLOAT16 -> DType.BFLOAT16;
      default -> null;
    };
  }

  private static int number(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> FLOAT;
      case FLOAT16 -> FLOAT16;
      case FLOAT64 -> DOUBLE;
      case BFLOAT16 -> BFLOAT16;
      case INT32 -> INT32;
      case INT64 -> INT64;
      default -> throw new IllegalArgumentException("nothing is cast to " + dtype);
    };
  }
}
