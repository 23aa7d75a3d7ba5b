package dev.halftone.train.operator;

import static dev.halftone.train.operator.OperatorCase.ints;
import static dev.halftone.train.operator.OperatorCase.longs;
import static dev.halftone.train.operator.OperatorCase.normal;
import static dev.halftone.train.operator.OperatorCase.of;

import dev.halftone.tensor.Tensor;
import java.util.List;

/** Parts and sums of parts. */
final class SelectionCases {
  private SelectionCases() {}

  static List<OperatorCase> all() {
    Tensor x = normal(4, 5, 6);
    Tensor pads = longs(1, 0, 2, 0, 3, 1);
    return List.of(
        of("Gather", x, longs(2, 0, -1)),
        of("Gather", x, Tensor.ofLongs(new long[] {1, 2, -3, 0}, 2, 2)).with("axis", 1),
        of("Gather", x, Tensor.ofLongs(new long[] {3})).with("axis", -1),
        of("GatherElements", normal(2, 3), Tensor.ofLongs(new long[] {0, -1, 1, 0, 0, 1}, 2, 3))
            .with("axis", 1),
        of("Concat", x, normal(4, 1, 6)).with("axis", 1),
        of("Concat", x, x, x).with("axis", -1),
        of("Slice", x, longs(1, -3), longs(3, 1000)),
        of("Slice", x, longs(-1), longs(-1000), longs(1), longs(-2)),
        of("Slice", x, longs(0, 1), longs(4, 6), longs(0, 2), longs(2, 3)),
        of("Slice", x).opset(9).with("starts", ints(1)).with("ends", ints(3)).with("axes", ints(2)),
        of("Split", x).opset(13).outputs(2).with("axis", 0),
        of("Split", x, longs(1, 2, 3)).outputs(3).with("axis", -1),
        of("Split", x).opset(18).outputs(3).with("axis", 1).with("num_outputs", 3),
        of("Split", x).opset(11).outputs(2).with("axis", 1).with("split", ints(1, 4)),
        of("Pad", x, pads),
        of("Pad", x, pads, Tensor.scalar(1.5f)),
        of("Pad", x, longs(0, -1, 0, 1, 0, -2)),
        of("Pad", x, longs(1, 2), Tensor.scalar(0f), longs(1)).opset(18),
        of("Pad", x, pads).with("mode", "reflect"),
        of("Pad", x, pads).with("mode", "edge"),
        of("Pad", x, pads).with("mode", "wrap").opset(19),
        of("Pad", x).opset(2).with("pads", ints(1, 0, 2, 0, 3, 1)).with("value", 2f));
  }
}
