package dev.halftone.quantize.qdq;

import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;

/**
 * A weight seen as {@code [outer, channels, inner]}, its output channels in the middle.
 *
 * @param axis the channel axis of the weight
 */
record ChannelView(int axis, int outer, int channels, int inner) {

  /**
   * Conv: axis 0. Gemm: axis 0 if transB, else 1. MatMul: the last axis. Field notes and ONNX
   * operators, "output channel".
   */
  static ChannelView of(Node linear, Tensor weight) {
    int axis =
        switch (linear.opType()) {
          case "Conv" -> 0;
          case "Gemm" -> linear.integer("transB", 0) != 0 ? 0 : 1;
          default -> weight.rank() - 1;
        };
    int outer = 1;
    int inner = 1;
    for (int i = 0; i < weight.rank(); i++) {
      if (i < axis) outer = Math.multiplyExact(outer, Math.toIntExact(weight.dimension(i)));
      if (i > axis) inner = Math.multiplyExact(inner, Math.toIntExact(weight.dimension(i)));
    }
    return new ChannelView(axis, outer, Math.toIntExact(weight.dimension(axis)), inner);
  }

  /** Index of the first element of a run of {@link #inner} elements that belong to one channel. */
  int start(int outerIndex, int channel) {
    return (outerIndex * channels + channel) * inner;
  }
}
