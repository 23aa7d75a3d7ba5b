package dev.halftone.train.operator;

import static dev.halftone.train.operator.OperatorCase.ints;
import static dev.halftone.train.operator.OperatorCase.longs;
import static dev.halftone.train.operator.OperatorCase.normal;
import static dev.halftone.train.operator.OperatorCase.of;
import static dev.halftone.train.operator.OperatorCase.positive;

import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Products, reductions and what normalizes by a sum. */
final class ProductCases {
  private ProductCases() {}

  static List<OperatorCase> all() {
    List<OperatorCase> cases = new ArrayList<>();
    cases.add(of("MatMul", normal(3, 4), normal(4, 5)));
    cases.add(of("MatMul", normal(2, 3, 4), normal(4, 5)));
    cases.add(of("MatMul", normal(2, 1, 3, 4), normal(5, 4, 2)));
    cases.add(of("MatMul", normal(4), normal(4, 2)));
    cases.add(of("Gemm", normal(3, 4), normal(4, 5)));
    cases.add(of("Gemm", normal(3, 4), normal(5, 4), normal(5)).with("transB", 1));
    cases.add(
        of("Gemm", normal(4, 3), normal(4, 5), normal(3, 1))
            .with("transA", 1)
            .with("alpha", 0.5f)
            .with("beta", 2f));
    Tensor x = normal(2, 3, 4);
    cases.add(of("Einsum", x, normal(4, 5)).with("equation", "bij, jk -> bik"));
    cases.add(of("Einsum", x, normal(2, 5, 4)).with("equation", "bid,bjd"));
    cases.add(of("CumSum", x, Tensor.ofLongs(new long[] {1})));
    cases.add(of("CumSum", x, Tensor.ofLongs(new long[] {-1})).with("exclusive", 1));
    cases.add(
        of("CumSum", x, Tensor.ofLongs(new long[] {0})).with("exclusive", 1).with("reverse", 1));
    for (String name : List.of("Softmax", "LogSoftmax")) {
      cases.add(of(name, x));
      cases.add(of(name, x).with("axis", 1));
      cases.add(of(name, x).opset(11));
      cases.add(of(name, x).opset(11).with("axis", -1));
    }
    for (String name :
        List.of(
            "ReduceMean",
            "ReduceSum",
            "ReduceMax",
            "ReduceMin",
            "ReduceL1",
            "ReduceL2",
            "ReduceSumSquare",
            "ReduceProd",
            "ReduceLogSum",
            "ReduceLogSumExp")) {
      Tensor values = name.equals("ReduceLogSum") ? positive(2, 3, 4) : x;
      cases.add(of(name, values).opset(11));
      cases.add(of(name, values).opset(11).with("axes", ints(-1, 0)).with("keepdims", 0));
      cases.add(of(name, values, longs(1)).opset(18));
      cases.add(of(name, values).opset(18).with("noop_with_empty_axes", 0));
    }
    return cases;
  }
}
