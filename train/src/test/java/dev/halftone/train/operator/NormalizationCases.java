package dev.halftone.train.operator;

import static dev.halftone.train.operator.OperatorCase.normal;
import static dev.halftone.train.operator.OperatorCase.of;
import static dev.halftone.train.operator.OperatorCase.positive;

import dev.halftone.tensor.Tensor;
import java.util.List;

/** Means and spreads. */
final class NormalizationCases {
  private NormalizationCases() {}

  static List<OperatorCase> all() {
    Tensor x = normal(2, 6, 4, 5);
    Tensor[] batch = {x, normal(6), normal(6), normal(6), positive(6)};
    return List.of(
        of("BatchNormalization", batch),
        of("BatchNormalization", batch).opset(9).with("epsilon", 0.1f),
        of("LayerNormalization", x, normal(5), normal(5)).outputs(3),
        of("LayerNormalization", x, normal(5)).with("epsilon", 0.1f),
        of("LayerNormalization", x, normal(6, 4, 5), normal(6, 4, 5)).with("axis", 1).outputs(3),
        of("RMSNormalization", x, normal(5)).opset(23),
        of("RMSNormalization", x, normal(4, 5)).opset(23).with("axis", -2).with("epsilon", 0.1f),
        of("GroupNormalization", x, normal(3), normal(3)).opset(18).with("num_groups", 3),
        of("GroupNormalization", x, normal(6), normal(6)).opset(21).with("num_groups", 2),
        of("InstanceNormalization", x, normal(6), normal(6)),
        of("InstanceNormalization", normal(2, 3, 7), normal(3), normal(3)).with("epsilon", 0.1f),
        of("LpNormalization", x),
        of("LpNormalization", x).with("axis", 1).with("p", 1),
        of("LRN", x).with("size", 3),
        of("LRN", x).with("size", 5).with("alpha", 0.5f).with("beta", 0.5f).with("bias", 2f));
  }
}
