package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Functions of one value from the books of mathematics. */
final class Mathematics {
  private Mathematics() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("Abs", one(call -> torch.abs(call.input(0)))),
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
        entry("Identity", one(call -> new Tensor(call.input(0)))));
  }
}
