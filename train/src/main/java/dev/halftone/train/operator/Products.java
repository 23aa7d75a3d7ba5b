package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Products of matrices. */
final class Products {
  private Products() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("MatMul", one(call -> torch.matmul(call.input(0), call.input(1)))),
        entry("Gemm", one(Products::gemm)));
  }

  /** {@code alpha * a * b + beta * c}, ONNX operator Gemm. */
  private static Tensor gemm(Call call) {
    Tensor a = turned(call.input(0), call.integer("transA", 0));
    Tensor b = turned(call.input(1), call.integer("transB", 0));
    Tensor product = scaled(torch.matmul(a, b), call.real("alpha", 1f));
    Tensor c = call.optional(2);
    return c == null ? product : product.add(scaled(c, call.real("beta", 1f)));
  }

  private static Tensor turned(Tensor matrix, long turn) {
    return turn == 0 ? matrix : matrix.transpose(0, 1);
  }

  private static Tensor scaled(Tensor x, float factor) {
    return factor == 1f ? x : x.mul(new Scalar(factor));
  }
}
