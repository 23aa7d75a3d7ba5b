package dev.halftone.quantize;

import dev.halftone.tensor.Tensor;

/**
 * Small networks with what quantization has to cope with; {@code x} comes in, {@code y} goes out.
 */
public final class Networks {
  public static final long[] IMAGE = {1, 4, 12, 12};
  public static final long[] SEQUENCE = {1, 6, 32};

  private Networks() {}

  public static Graphs image() {
    return new Graphs(1).input("x", IMAGE);
  }

  /** Convolutions with a residual sum, branches that are concatenated, pooling and a classifier. */
  public static Graphs residual() {
    return image()
        .normal("w1", 0.2, 16, 4, 3, 3)
        .normal("b1", 0.2, 16)
        .normal("w2", 0.1, 16, 16, 3, 3)
        .normal("w3", 0.1, 8, 16, 1, 1)
        .normal("w4", 0.5, 8, 16, 1, 1)
        .normal("w5", 0.2, 10, 16)
        .normal("b5", 0.2, 10)
        .node("Conv", "x w1 b1", "c1", "pads", new int[] {1, 1, 1, 1})
        .node("Relu", "c1", "r1")
        .node("Conv", "r1 w2", "c2", "pads", new int[] {1, 1, 1, 1})
        .node("Add", "c2 r1", "sum")
        .node("Relu", "sum", "r2")
        .node(
            "MaxPool",
            "r2",
            "pooled",
            "kernel_shape",
            new int[] {2, 2},
            "strides",
            new int[] {2, 2})
        .node("Conv", "pooled w3", "left")
        .node("Conv", "pooled w4", "right")
        .node("Concat", "left right", "both", "axis", 1)
        .node("Conv", "both w2", "c3")
        .node("GlobalAveragePool", "c3", "mean")
        .node("Flatten", "mean", "flat")
        .node("Gemm", "flat w5 b5", "y", "transB", 1)
        .output("y");
  }

  /** Two matrix products on a sequence with an operator between them that has no integer form. */
  public static Graphs products() {
    return new Graphs(1)
        .input("x", SEQUENCE)
        .normal("w1", 0.2, 32, 24)
        .normal("w2", 0.2, 24, 16)
        .node("MatMul", "x w1", "p")
        .node("Tanh", "p", "t")
        .node("MatMul", "t w2", "y")
        .output("y");
  }

  /** A convolution, a Clip and another convolution. */
  public static Graphs clipped(float low, float high) {
    return image()
        .normal("w1", 0.4, 8, 4, 3, 3)
        .normal("w2", 0.2, 8, 8, 3, 3)
        .constant("low", Tensor.scalar(low))
        .constant("high", Tensor.scalar(high))
        .node("Conv", "x w1", "c")
        .node("Clip", "c low high", "k")
        .node("Conv", "k w2", "y")
        .output("y");
  }
}
