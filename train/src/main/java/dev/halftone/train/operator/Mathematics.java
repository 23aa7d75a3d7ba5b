package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import dev.halftone.train.torch.TorchTensors;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Functions of one value from the books of mathematics. */
final class Mathematics {
  private Mathematics() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("Abs", one(call -> torch.abs(call.input(0)))),
        entry("Acos", one(call -> torch.acos(call.input(0)))),
        entry("Acosh", one(call -> torch.acosh(call.input(0)))),
        entry("Asin", one(call -> torch.asin(call.input(0)))),
        entry("Asinh", one(call -> torch.asinh(call.input(0)))),
        entry("Atan", one(call -> torch.atan(call.input(0)))),
        entry("Atanh", one(call -> torch.atanh(call.input(0)))),
        entry("Cosh", one(call -> torch.cosh(call.input(0)))),
        entry("Sinh", one(call -> torch.sinh(call.input(0)))),
        entry("Tan", one(call -> torch.tan(call.input(0)))),
        entry("Ceil", one(call -> torch.ceil(call.input(0)))),
        entry("Cos", one(call -> torch.cos(call.input(0)))),
        entry("Erf", one(call -> torch.erf(call.input(0)))),
        entry("Exp", one(call -> torch.exp(call.input(0)))),
        entry("Floor", one(call -> torch.floor(call.input(0)))),
        entry("Log", one(call -> torch.log(call.input(0)))),
        entry("Neg", one(call -> torch.neg(call.input(0)))),
        entry("Not", one(call -> torch.logical_not(call.input(0)))),
        entry("Reciprocal", one(call -> torch.reciprocal(call.input(0)))),
        entry("Round", one(call -> torch.round(call.input(0)))),
        entry("Sign", one(call -> torch.sign(call.input(0)))),
        entry("Sin", one(call -> torch.sin(call.input(0)))),
        entry("Sqrt", one(call -> torch.sqrt(call.input(0)))),
        entry("CumSum", one(Mathematics::cumulated)),
        entry("Einsum", one(Mathematics::einsum)),
        entry("Identity", one(call -> new Tensor(call.input(0)))));
  }

  private static Tensor cumulated(Call call) {
    Tensor x = call.input(0);
    int axis = call.axis(TorchTensors.longs(call.input(1))[0], x.dim());
    boolean reversed = call.integer("reverse", 0) != 0;
    Tensor sums = torch.cumsum(reversed ? torch.flip(x, axis) : x, axis);
    if (reversed) sums = torch.flip(sums, axis);
    return call.integer("exclusive", 0) != 0 ? sums.sub(x) : sums;
  }

  private static Tensor einsum(Call call) {
    String equation = call.node().text("equation", "").replace(" ", "");
    return torch.einsum(equation, new TensorVector(call.all().toArray(Tensor[]::new)));
  }
}
