package dev.halftone.quantize.qdq;

import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;

/**
 * Estimated time of one linear operator on one sample, in nanoseconds, on one core with AVX-512
 * VNNI.
 *
 * @param floatTime as ONNX Runtime's blocked float kernel needs it
 * @param integerTime as its channels-last integer kernel needs it
 * @param kernel what computes it in integers
 * @param inputElements what would have to be quantized in front of it
 */
record Layer(double floatTime, double integerTime, Kernel kernel, long inputElements) {
  /** What computes it in integers. */
  enum Kernel {
    PRODUCT,
    GATHERED,
    DEPTHWISE
  }

  /** Float kernels work on blocks of so many channels. */
  private static final int BLOCK = 16;

  private static final double NODE = 2000;

  /** Nanoseconds to give one element of the input its place between zeros. */
  private static final double PAD = 0.15;

  static Layer of(Node node, Tensor weight, long[] input, long[] output) {
    long inputs = Tensor.elements(input);
    if (!node.is("Conv")) return product(weight, inputs);
    long channels = weight.dimension(0);
    long positions = Tensor.elements(output) / channels;
    long taps = weight.count() / (channels * weight.dimension(1));
    long perGroup = weight.dimension(1);
    return node.integer("group", 1) > 1 && perGroup == 1
        ? depthwise(positions, taps, channels, inputs)
        : dense(positions, taps, perGroup, channels, inputs);
  }

  /**
   * The convolution with zeros behind its input channels where it computes in integers, and the
   * node that adds them.
   *
   * @param channels how many input channels there are then
   */
  static Layer padded(Node node, Tensor weight, long[] input, long[] output, long channels) {
    Layer plain = of(node, weight, input, output);
    long outputs = Tensor.elements(output);
    double products =
        (double) outputs * weight.count() / weight.dimension(0) / weight.dimension(1) * channels;
    long inputs = Tensor.elements(input) / weight.dimension(1) * channels;
    double write = 0.1 * outputs;
    return new Layer(
        plain.floatTime,
        NODE + products / rate(weight.dimension(0)) + write + NODE + PAD * inputs,
        Kernel.PRODUCT,
        inputs);
  }

  private static Layer dense(
      long positions, long taps, long inChannels, long outChannels, long inputs) {
    boolean few = inChannels < BLOCK;
    double floatProducts =
        (double) positions * taps * (few ? inChannels : blocks(inChannels)) * blocks(outChannels);
    double products = (double) positions * taps * inChannels * outChannels;
    double gather = few ? 2.5 * positions * taps : 0;
    double write = 0.1 * positions * outChannels;
    return new Layer(
        NODE + floatProducts / (few ? 42 : 57),
        NODE + products / rate(outChannels) + gather + write,
        few ? Kernel.GATHERED : Kernel.PRODUCT,
        inputs);
  }

  private static Layer depthwise(long positions, long taps, long channels, long inputs) {
    double floatProducts = (double) positions * taps * blocks(channels);
    double unaligned = channels % BLOCK == 0 ? 1 : 1.6;
    return new Layer(
        NODE + floatProducts / 24,
        NODE + positions * taps * (1 + 0.035 * channels) * unaligned,
        Kernel.DEPTHWISE,
        inputs);
  }

  /**
   * A matrix product: few rows are bound by reading the weight, which is a quarter of the size in
   * integers.
   */
  private static Layer product(Tensor weight, long inputs) {
    long columns = weight.count();
    double rows = Math.max(1, inputs / (double) Math.max(weight.dimension(0), weight.dimension(1)));
    return new Layer(
        NODE + rows * columns / (rows < 4 ? 20 : 50),
        NODE + 500 + rows * columns / (rows < 4 ? 40 : 100),
        Kernel.PRODUCT,
        inputs);
  }

  /** Products that integer kernels do in a nanosecond. */
  private static double rate(long outChannels) {
    return outChannels < 2 * BLOCK ? 120 : 200;
  }

  private static long blocks(long channels) {
    return (channels + BLOCK - 1) / BLOCK * BLOCK;
  }
}
