package dev.halftone.train.operator;

import static dev.halftone.train.operator.OperatorCase.NONE;
import static dev.halftone.train.operator.OperatorCase.normal;
import static dev.halftone.train.operator.OperatorCase.of;

import dev.halftone.graph.Attribute;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Cells over sequences of 5 steps, 3 in a batch, 4 features, hidden states of 6. */
final class RecurrentCases {
  private static final int HIDDEN = 6;
  private static final Tensor X = normal(5, 3, 4);
  private static final Tensor LENGTHS = Tensor.ofInts(new int[] {5, 2, 3}, 3);

  private RecurrentCases() {}

  static List<OperatorCase> all() {
    List<OperatorCase> cases = new ArrayList<>();
    kinds(cases, "RNN", 1, 2);
    kinds(cases, "GRU", 3, 2);
    kinds(cases, "LSTM", 4, 3);
    cases.add(plain("GRU", 3, 2).with("linear_before_reset", 1));
    cases.add(plain("GRU", 3, 2).with("clip", 0.5f));
    cases.add(plain("LSTM", 4, 3).with("input_forget", 1));
    cases.add(plain("LSTM", 4, 3).with("clip", 0.5f));
    cases.add(plain("RNN", 1, 2).with("activations", new Attribute.OfStrings(List.of("Relu"))));
    cases.add(
        sized(
            of(
                "LSTM",
                X,
                normal(1, 24, 4),
                normal(1, 24, HIDDEN),
                normal(1, 48),
                NONE,
                normal(1, 3, HIDDEN),
                normal(1, 3, HIDDEN),
                normal(1, 18)),
            3));
    return cases;
  }

  private static void kinds(List<OperatorCase> cases, String name, int gates, int outputs) {
    int rows = gates * HIDDEN;
    cases.add(plain(name, gates, outputs));
    cases.add(plain(name, gates, outputs).with("direction", "reverse"));
    cases.add(plain(name, gates, outputs).opset(7));
    for (Tensor lengths : List.of(NONE, LENGTHS)) {
      Tensor[] both = {
        X,
        normal(2, rows, 4),
        normal(2, rows, HIDDEN),
        normal(2, 2 * rows),
        lengths,
        normal(2, 3, HIDDEN)
      };
      cases.add(sized(of(name, both), outputs).with("direction", "bidirectional"));
    }
  }

  private static OperatorCase plain(String name, int gates, int outputs) {
    int rows = gates * HIDDEN;
    Tensor[] inputs = {X, normal(1, rows, 4), normal(1, rows, HIDDEN), normal(1, 2 * rows)};
    return sized(of(name, inputs), outputs);
  }

  private static OperatorCase sized(OperatorCase operatorCase, int outputs) {
    return operatorCase.with("hidden_size", HIDDEN).outputs(outputs);
  }
}
