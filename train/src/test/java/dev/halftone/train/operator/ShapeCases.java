package dev.halftone.train.operator;

import static dev.halftone.train.operator.OperatorCase.ints;
import static dev.halftone.train.operator.OperatorCase.longs;
import static dev.halftone.train.operator.OperatorCase.normal;
import static dev.halftone.train.operator.OperatorCase.of;

import dev.halftone.graph.Attribute;
import dev.halftone.tensor.Tensor;
import java.util.List;

/** Shapes. */
final class ShapeCases {
  private ShapeCases() {}

  static List<OperatorCase> all() {
    Tensor x = normal(2, 3, 4);
    Tensor thin = normal(1, 3, 1, 4);
    return List.of(
        of("Reshape", x, longs(0, -1)),
        of("Reshape", x, longs(4, 3, 2)),
        of("Reshape", normal(0, 3), longs(0, 5)).opset(14).with("allowzero", 1),
        of("Flatten", x),
        of("Flatten", x).with("axis", 0),
        of("Flatten", x).with("axis", -1),
        of("Squeeze", thin),
        of("Squeeze", thin, longs(-2)),
        of("Squeeze", thin).opset(11).with("axes", ints(0)),
        of("Unsqueeze", x, longs(0, -1)),
        of("Unsqueeze", x).opset(11).with("axes", ints(1, 3)),
        of("Transpose", x),
        of("Transpose", x).with("perm", ints(1, 0, 2)),
        of("Expand", thin, longs(5, 1, 2, 1)),
        of("Tile", x, longs(1, 2, 3)),
        of("Shape", x),
        of("Shape", x).with("start", 1).with("end", -1),
        of("Size", x),
        of("Range", Tensor.scalar(1f), Tensor.scalar(4.2f), Tensor.scalar(0.5f)),
        of("ConstantOfShape", longs(2, 3)),
        of("ConstantOfShape", longs(2)).with("value", new Attribute.OfTensor(longs(7))),
        of("Constant").with("value", new Attribute.OfTensor(x)),
        of("Constant").with("value_float", 1.5f),
        of("Constant").with("value_int", 3),
        of("Constant").with("value_ints", ints(3, 4)),
        of("Constant").with("value_floats", new Attribute.OfFloats(List.of(1f, 2f))),
        of("DepthToSpace", normal(2, 8, 3, 4)).with("blocksize", 2),
        of("DepthToSpace", normal(2, 8, 3, 4)).with("blocksize", 2).with("mode", "CRD"),
        of("SpaceToDepth", normal(2, 3, 4, 6)).with("blocksize", 2));
  }
}
