package dev.halftone.train.operator;

import dev.halftone.train.operator.Recurrence.Cell;
import dev.halftone.train.operator.Recurrence.State;
import dev.halftone.train.operator.Recurrence.Weights;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The cells of RNN, GRU and LSTM, by the formulas of the ONNX operators. */
final class Cells {
  private static final List<String> TANH = List.of("Tanh");
  private static final List<String> SIGMOID_TANH = List.of("Sigmoid", "Tanh");
  private static final List<String> SIGMOID_TANH_TANH = List.of("Sigmoid", "Tanh", "Tanh");

  private Cells() {}

  static Map<String, TorchOperator> all() {
    return Map.of(
        "RNN", new Recurrence(1, TANH, Cells::simple),
        "GRU", new Recurrence(3, SIGMOID_TANH, Cells::gated),
        "LSTM", new Recurrence(4, SIGMOID_TANH_TANH, Cells::longShortTerm));
  }

  private static Cell simple(Weights weights) {
    return (x, before) -> {
      Tensor sum = x.add(weights.recur(before.hidden(), 0, 1));
      return new State(weights.apply(0, sum), null);
    };
  }

  /** Gates: update, reset, hidden. */
  private static Cell gated(Weights weights) {
    boolean late = weights.call().integer("linear_before_reset", 0) != 0;
    return (x, before) -> {
      Tensor hidden = before.hidden();
      Tensor recurring = weights.recur(hidden, 0, 2);
      Tensor update = gate(weights, x, recurring, 0, hidden);
      Tensor reset = gate(weights, x, recurring, 1, hidden);
      Tensor recurred =
          late ? reset.mul(weights.recur(hidden, 2, 3)) : weights.recur(reset.mul(hidden), 2, 3);
      Tensor proposed = weights.apply(1, Recurrence.part(x, 2, hidden).add(recurred));
      Tensor kept = update.mul(hidden);
      return new State(proposed.sub(update.mul(proposed)).add(kept), null);
    };
  }

  private static Tensor gate(
      Weights weights, Tensor x, Tensor recurring, int index, Tensor hidden) {
    Tensor sum = Recurrence.part(x, index, hidden).add(Recurrence.part(recurring, index, hidden));
    return weights.apply(0, sum);
  }

  /** Gates: input, output, forget, cell; peepholes: input, output, forget. */
  private static Cell longShortTerm(Weights weights) {
    boolean coupled = weights.call().integer("input_forget", 0) != 0;
    return (x, before) -> {
      Tensor memory = Objects.requireNonNull(before.memory());
      Tensor sums = x.add(weights.recur(before.hidden(), 0, 4));
      Tensor input = weights.apply(0, peeped(weights, sums, 0, memory, memory));
      Tensor forget =
          coupled
              ? input.neg().add(new Scalar(1f))
              : weights.apply(0, peeped(weights, sums, 2, memory, memory));
      Tensor proposed = weights.apply(1, Recurrence.part(sums, 3, memory));
      Tensor next = forget.mul(memory).add(input.mul(proposed));
      Tensor output = weights.apply(0, peeped(weights, sums, 1, memory, next));
      return new State(output.mul(weights.apply(2, next)), next);
    };
  }

  private static Tensor peeped(
      Weights weights, Tensor sums, int index, Tensor hidden, Tensor memory) {
    Tensor sum = Recurrence.part(sums, index, hidden);
    Tensor all = weights.peepholes();
    if (all == null) return sum;
    long size = hidden.size(1);
    return sum.add(all.narrow(0, index * size, size).mul(memory));
  }
}
