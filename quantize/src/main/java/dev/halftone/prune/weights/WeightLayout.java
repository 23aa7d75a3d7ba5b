package dev.halftone.prune.weights;

import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How a weight's elements lie: {@code [outer, inputs, inner]}, where the middle axis is the one of
 * input channels, which the operator sums over. It sums over kernel positions too, which are
 * innermost.
 *
 * @param outer product of the axes before that of the inputs
 * @param inputs channels that one output reads
 * @param inner product of the axes behind it
 * @param window the last elements of {@code inner} that belong to the same output
 * @param outerPerGroup how many of {@code outer} read the same channels
 */
record WeightLayout(int outer, int inputs, int inner, int window, int outerPerGroup) {
  /** The layout of a node's second input; null where the shape and the node do not fit. */
  static @Nullable WeightLayout of(Node node, Tensor weight) {
    if (weight.rank() < 2 || weight.count() == 0 || weight.count() > Integer.MAX_VALUE) return null;
    int[] shape = Arrays.stream(weight.shape()).mapToInt(Math::toIntExact).toArray();
    int last = shape.length - 1;
    long groups = node.integer("group", 1);
    if (groups < 1 || shape[0] % groups != 0) return null;
    int window = product(shape, 2, shape.length);
    return switch (node.opType()) {
      case "Conv" ->
          new WeightLayout(shape[0], shape[1], window, window, (int) (shape[0] / groups));
      case "ConvTranspose" ->
          new WeightLayout((int) groups, (int) (shape[0] / groups), shape[1] * window, window, 1);
      case "MatMul" -> {
        int batch = product(shape, 0, last - 1);
        yield new WeightLayout(batch, shape[last - 1], shape[last], 1, batch);
      }
      case "Gemm" ->
          node.integer("transB", 0) == 0
              ? new WeightLayout(1, shape[0], shape[1], 1, 1)
              : new WeightLayout(shape[0], shape[1], 1, 1, shape[0]);
      default -> null;
    };
  }

  private static int product(int[] shape, int from, int to) {
    int product = 1;
    for (int i = from; i < to; i++) product *= shape[i];
    return product;
  }

  /** Outputs: each has the weights of one row. */
  int rows() {
    return outer * (inner / window);
  }

  /** Weights of a row: channel by channel, the kernel positions of each together. */
  int columns() {
    return inputs * window;
  }

  /** Channels that are read, those of all groups. */
  int channels() {
    return outer / outerPerGroup * inputs;
  }

  /** Where in the tensor the element lies. */
  int index(int row, int column) {
    int perOuter = inner / window;
    int channel = row / perOuter * inputs + column / window;
    return channel * inner + row % perOuter * window + column % window;
  }

  /** The channel that an element is multiplied with. */
  int channel(int index) {
    int outerIndex = index / inner / inputs;
    return outerIndex / outerPerGroup * inputs + index / inner % inputs;
  }
}
