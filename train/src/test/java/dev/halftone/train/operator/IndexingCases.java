package dev.halftone.train.operator;

import static dev.halftone.train.operator.OperatorCase.longs;
import static dev.halftone.train.operator.OperatorCase.normal;
import static dev.halftone.train.operator.OperatorCase.of;

import dev.halftone.tensor.Tensor;
import java.util.List;

/** Places of elements. */
final class IndexingCases {
  private IndexingCases() {}

  static List<OperatorCase> all() {
    Tensor x = normal(3, 4, 5);
    Tensor pairs = Tensor.ofLongs(new long[] {0, 1, 2, -1, 1, 0, -3, 2}, 2, 2, 2);
    Tensor rows = Tensor.ofLongs(new long[] {2, 0, -2}, 3, 1);
    Tensor tuples = Tensor.ofLongs(new long[] {0, 1, -1, 2}, 2, 2);
    Tensor places = Tensor.ofLongs(new long[] {0, -1, 1, 2, 1, 0}, 2, 3);
    Tensor onOff = Tensor.ofFloats(new float[] {-1, 3}, 2);
    Tensor classes = Tensor.ofLongs(new long[] {0, 3, -1, 7, 2, 1}, 2, 3);
    return List.of(
        of("GatherND", x, pairs),
        of("GatherND", x, rows).with("batch_dims", 1),
        of("ScatterND", x, tuples, normal(2, 5)),
        of("ScatterND", x, tuples, normal(2, 5)).opset(16).with("reduction", "add"),
        of("ScatterElements", normal(3, 3), places, normal(2, 3)),
        of("ScatterElements", normal(3, 3), places, normal(2, 3))
            .opset(16)
            .with("axis", 1)
            .with("reduction", "add"),
        of("ArgMax", x),
        of("ArgMax", x).with("axis", -1).with("keepdims", 0),
        of("ArgMin", x).with("axis", 1),
        of("TopK", x, longs(3)).outputs(2),
        of("TopK", x, longs(2)).outputs(2).with("axis", 0).with("largest", 0),
        of("OneHot", classes, longs(4), onOff),
        of("OneHot", classes, longs(4), onOff).with("axis", 0),
        of("NonZero", Tensor.ofFloats(new float[] {0, 1, -2, 0, 0, 3}, 2, 3)),
        of("Trilu", x),
        of("Trilu", x, Tensor.ofLongs(new long[] {-1})).with("upper", 0));
  }
}
