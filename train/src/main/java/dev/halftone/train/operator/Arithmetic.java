package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Element-wise functions of several values, which spread along missing axes. */
final class Arithmetic {
  private Arithmetic() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("Add", binary((a, b) -> torch.add(a, b))),
        entry("Sub", binary((a, b) -> torch.sub(a, b))),
        entry("Mul", binary((a, b) -> torch.mul(a, b))),
        entry("Div", binary(Arithmetic::divide)),
        entry("Pow", binary((a, b) -> torch.pow(a, b).to(a.scalar_type()))),
        entry("Mod", one(Arithmetic::modulo)),
        entry("And", binary((a, b) -> torch.logical_and(a, b))),
        entry("Or", binary((a, b) -> torch.logical_or(a, b))),
        entry("Xor", binary((a, b) -> torch.logical_xor(a, b))),
        entry("Equal", binary((a, b) -> torch.eq(a, b))),
        entry("Less", binary((a, b) -> torch.lt(a, b))),
        entry("LessOrEqual", binary((a, b) -> torch.le(a, b))),
        entry("Greater", binary((a, b) -> torch.gt(a, b))),
        entry("GreaterOrEqual", binary((a, b) -> torch.ge(a, b))),
        entry("Where", one(call -> torch.where(call.input(0), call.input(1), call.input(2)))),
        entry("Sum", reduced((a, b) -> torch.add(a, b))),
        entry("Min", reduced((a, b) -> torch.minimum(a, b))),
        entry("Max", reduced((a, b) -> torch.maximum(a, b))),
        entry("Mean", one(Arithmetic::mean)));
  }

  private static TorchOperator binary(BinaryOperator<Tensor> function) {
    return one(call -> function.apply(call.input(0), call.input(1)));
  }

  private static TorchOperator reduced(BinaryOperator<Tensor> function) {
    return one(call -> reduce(call.all(), function));
  }

  private static Tensor reduce(List<Tensor> values, BinaryOperator<Tensor> function) {
    Tensor result = new Tensor(values.getFirst());
    for (Tensor value : values.subList(1, values.size())) result = function.apply(result, value);
    return result;
  }

  private static Tensor mean(Call call) {
    Tensor sum = reduce(call.all(), (a, b) -> torch.add(a, b));
    return sum.div(new Scalar((float) call.all().size()));
  }

  /** Integers are divided towards zero, as in C. */
  private static Tensor divide(Tensor a, Tensor b) {
    if (Types.isFloat(a)) return torch.div(a, b);
    return torch.floor_divide(torch.sub(a, torch.fmod(a, b)), b);
  }

  /** The sign of the divisor, or with {@code fmod} that of the dividend. */
  private static Tensor modulo(Call call) {
    return call.integer("fmod", 0) != 0
        ? torch.fmod(call.input(0), call.input(1))
        : torch.remainder(call.input(0), call.input(1));
  }
}
