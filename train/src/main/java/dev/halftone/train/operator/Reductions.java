package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Many elements to one, along some axes. */
final class Reductions {
  private Reductions() {}

  private interface Reduction {
    Tensor apply(Tensor x, long[] axes, boolean keep);
  }

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("ReduceMean", over(Reductions::mean)),
        entry("ReduceSum", over(Reductions::sum)),
        entry("ReduceMax", over((x, axes, keep) -> torch.amax(x, axes, keep))),
        entry("ReduceMin", over((x, axes, keep) -> torch.amin(x, axes, keep))),
        entry("ReduceL1", over((x, axes, keep) -> sum(torch.abs(x), axes, keep))),
        entry("ReduceL2", over(Reductions::norm)),
        entry("ReduceSumSquare", over((x, axes, keep) -> sum(torch.square(x), axes, keep))),
        entry("ReduceProd", over(Reductions::product)),
        entry("ReduceLogSum", over((x, axes, keep) -> torch.log(sum(x, axes, keep)))),
        entry("ReduceLogSumExp", over((x, axes, keep) -> torch.logsumexp(x, axes, keep))));
  }

  /** Its gradient where all are zero is 0, that of a square root of a sum would be NaN. */
  private static Tensor norm(Tensor x, long[] axes, boolean keep) {
    return torch.linalg_vector_norm(x, new Scalar(2), axes, keep, new ScalarTypeOptional());
  }

  private static Tensor sum(Tensor x, long[] axes, boolean keep) {
    return torch.sum(x, axes, keep, new ScalarTypeOptional());
  }

  /** One axis after the other, the last first, so that the numbers of the others stay. */
  private static Tensor product(Tensor x, long[] axes, boolean keep) {
    long[] front = LongStream.of(axes).map(axis -> axis < 0 ? axis + x.dim() : axis).toArray();
    Arrays.sort(front);
    Tensor product = x;
    for (int i = front.length - 1; i >= 0; i--)
      product = torch.prod(product, front[i], keep, new ScalarTypeOptional());
    return product;
  }

  private static Tensor mean(Tensor x, long[] axes, boolean keep) {
    return torch.mean(x, axes, keep, new ScalarTypeOptional());
  }

  /** Without axes, over all of them or, when the node says so, over none. */
  private static TorchOperator over(Reduction reduction) {
    return one(
        call -> {
          Tensor x = call.input(0);
          long[] axes = call.integers(1, "axes");
          if (axes == null || axes.length == 0) {
            if (call.integer("noop_with_empty_axes", 0) != 0) return new Tensor(x);
            axes = LongStream.range(0, x.dim()).toArray();
          }
          return reduction.apply(x, axes, call.integer("keepdims", 1) != 0);
        });
  }
}
