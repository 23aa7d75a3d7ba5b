package dev.halftone.train.operator;

import static dev.halftone.train.operator.OperatorCase.NONE;
import static dev.halftone.train.operator.OperatorCase.floats;
import static dev.halftone.train.operator.OperatorCase.longs;
import static dev.halftone.train.operator.OperatorCase.normal;
import static dev.halftone.train.operator.OperatorCase.of;

import dev.halftone.graph.Attribute;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Resize in its modes. */
final class ResizingCases {
  private ResizingCases() {}

  static List<OperatorCase> all() {
    List<OperatorCase> cases = new ArrayList<>();
    Tensor x = normal(1, 2, 5, 6);
    for (String coordinates :
        List.of("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")) {
      for (String mode : List.of("nearest", "linear", "cubic")) {
        cases.add(
            of("Resize", x, NONE, floats(1, 1, 2, 1.5f))
                .opset(13)
                .with("mode", mode)
                .with("coordinate_transformation_mode", coordinates));
      }
    }
    cases.add(
        of("Resize", x, NONE, floats(1, 1, 2, 1.5f))
            .opset(19)
            .with("mode", "linear")
            .with("coordinate_transformation_mode", "half_pixel_symmetric"));
    for (String nearest : List.of("floor", "ceil", "round_prefer_ceil", "round_prefer_floor"))
      cases.add(of("Resize", x, NONE, floats(1, 1, 0.6f, 2)).with("nearest_mode", nearest));
    cases.add(of("Resize", x, NONE, NONE, longs(1, 2, 8, 9)).opset(13).with("mode", "linear"));
    cases.add(of("Resize", x, floats(1, 1, 2, 3)).opset(10));
    cases.add(
        of("Upsample", x).opset(7).with("scales", new Attribute.OfFloats(List.of(1f, 1f, 2f, 2f))));
    cases.add(of("Upsample", x, floats(1, 1, 2, 2)).opset(9).with("mode", "linear"));
    return cases;
  }
}
