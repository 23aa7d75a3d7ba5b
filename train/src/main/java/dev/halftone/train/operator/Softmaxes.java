package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import java.util.Map;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Softmax and its logarithm. */
final class Softmaxes {
  private Softmaxes() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("Softmax", one(call -> over(call, (x, axis) -> torch.softmax(x, axis)))),
        entry("LogSoftmax", one(call -> over(call, (x, axis) -> torch.log_softmax(x, axis)))));
  }

  /** Up to operator set 12 the axis and all behind it are one. */
  private static Tensor over(Call call, BiFunction<Tensor, Long, Tensor> function) {
    Tensor x = call.input(0);
    if (call.opset() >= 13) return function.apply(x, call.integer("axis", -1));
    long[] shape = x.shape();
    int axis = call.axis("axis", 1, x);
    long rows = 1;
    for (int i = 0; i < axis; i++) rows *= shape[i];
    long columns = 1;
    for (int i = axis; i < shape.length; i++) columns *= shape[i];
    return function.apply(x.reshape(rows, columns), 1L).reshape(shape);
  }
}
