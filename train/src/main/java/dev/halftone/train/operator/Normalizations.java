package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.checked;
import static java.util.Map.entry;

import dev.halftone.graph.Node;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** BatchNormalization with the statistics that the model has learned. */
final class Normalizations {
  private Normalizations() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("BatchNormalization", checked(Normalizations::refusal, Normalizations::batch)));
  }

  private static @Nullable String refusal(Node node, long opset) {
    if (node.integer("training_mode", 0) != 0) return "it is in training mode";
    return node.integer("spatial", 1) == 0 ? "it is not spatial" : null;
  }

  private static Tensor batch(Call call) {
    return torch.batch_norm(
        call.input(0),
        call.optionalTensor(1),
        call.optionalTensor(2),
        call.optionalTensor(3),
        call.optionalTensor(4),
        false,
        0,
        call.real("epsilon", 1e-5f),
        false);
  }
}
