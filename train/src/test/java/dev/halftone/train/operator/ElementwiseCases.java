package dev.halftone.train.operator;

import static dev.halftone.train.operator.OperatorCase.booleans;
import static dev.halftone.train.operator.OperatorCase.floats;
import static dev.halftone.train.operator.OperatorCase.longs;
import static dev.halftone.train.operator.OperatorCase.normal;
import static dev.halftone.train.operator.OperatorCase.of;
import static dev.halftone.train.operator.OperatorCase.positive;

import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Functions of each element. */
final class ElementwiseCases {
  private ElementwiseCases() {}

  static List<OperatorCase> all() {
    List<OperatorCase> cases = new ArrayList<>();
    Tensor x = normal(2, 3, 4);
    for (String name :
        List.of(
            "Relu",
            "LeakyRelu",
            "ThresholdedRelu",
            "Elu",
            "Selu",
            "Celu",
            "Sigmoid",
            "HardSigmoid",
            "HardSwish",
            "Tanh",
            "Softplus",
            "Softsign",
            "Abs",
            "Ceil",
            "Cos",
            "Erf",
            "Exp",
            "Floor",
            "Neg",
            "Round",
            "Sign",
            "Sin",
            "Identity",
            "Reciprocal",
            "Dropout")) cases.add(of(name, x));
    cases.add(of("Round", floats(-2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f)));
    cases.add(of("Dropout", x).outputs(2));
    cases.add(of("Log", positive(3, 4)));
    cases.add(of("Sqrt", positive(3, 4)));
    cases.add(of("LeakyRelu", x).with("alpha", 0.3f));
    cases.add(of("Elu", x).with("alpha", 0.5f));
    cases.add(of("Celu", x).with("alpha", 2f));
    cases.add(of("HardSigmoid", x).with("alpha", 0.3f).with("beta", 0.4f));
    cases.add(of("PRelu", x, normal(3, 1)));
    cases.add(of("Mish", x).opset(18));
    cases.add(of("Gelu", x).opset(20));
    cases.add(of("Gelu", x).opset(20).with("approximate", "tanh"));
    cases.add(of("Swish", x).opset(24));
    cases.add(of("Swish", x).opset(24).with("alpha", 1.7f));
    cases.add(of("Clip", x));
    cases.add(of("Clip", x, Tensor.scalar(-0.5f), Tensor.scalar(1f)));
    cases.add(of("Clip", x).opset(7).with("min", -0.3f));
    cases.add(of("Not", booleans(new long[] {4}, 0, 1, 1, 0)));
    cases.add(of("Cast", x).with("to", 7));
    cases.add(of("Cast", longs(1, 0, -4)).with("to", 1));
    cases.add(of("Cast", x).with("to", 9));
    cases.add(of("CastLike", longs(1, 0, -4), floats(1f)));
    arithmetic(cases);
    for (String name : List.of("Acos", "Asin", "Atanh"))
      cases.add(of(name, floats(-0.9f, -0.25f, 0, 0.5f, 0.99f)));
    for (String name : List.of("Acosh", "Asinh", "Atan", "Cosh", "Sinh", "Tan"))
      cases.add(of(name, floats(1, 1.25f, 2, 7.5f)));
    return cases;
  }

  private static void arithmetic(List<OperatorCase> cases) {
    Tensor x = normal(2, 3, 4);
    Tensor row = positive(3, 1);
    for (String name :
        List.of(
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Min",
            "Max",
            "Sum",
            "Mean",
            "Less",
            "LessOrEqual",
            "Greater",
            "GreaterOrEqual")) cases.add(of(name, x, row));
    cases.add(of("Pow", positive(2, 3), Tensor.scalar(2.5f)));
    cases.add(of("Pow", x, Tensor.scalar(2f)));
    cases.add(of("Sum", x, row, normal(4)));
    cases.add(of("Mean", x, row, normal(4)));
    cases.add(of("Max", x));
    cases.add(of("Div", longs(7, -7, 8), longs(2)));
    cases.add(of("Add", longs(7, -7, 8), longs(2)));
    cases.add(of("Mod", longs(7, -7, 8), longs(3)));
    cases.add(of("Mod", x, row).with("fmod", 1));
    cases.add(of("Equal", longs(7, -7, 8), longs(8)));
    Tensor yes = booleans(new long[] {2, 2}, 0, 1, 0, 1);
    Tensor no = booleans(new long[] {2, 1}, 0, 1);
    for (String name : List.of("And", "Or", "Xor")) cases.add(of(name, yes, no));
    cases.add(of("Where", yes, normal(2, 2), normal(2, 1)));
  }
}
