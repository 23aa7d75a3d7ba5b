package dev.halftone.quantize.qdq;

import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;

/**
 * Weight scales under which sums of two products fit 16 bits. CPUs without VNNI multiply uint8
 * activations with int8 weights in pairs and saturate {@code a1 w1 + a2 w2} to {@code [-32768,
 * 32767]} (x86 {@code vpmaddubsw}).
 *
 * <p>Seven bits for all weights, the usual cure, hold that with room to spare. Here each channel
 * keeps as much of its 8 bits as its own pairs allow with the codes that their inputs have: {@code
 * scale >= |a1 w1 + a2 w2| / (32767 - (a1 + a2) / 2)} at its largest over {@code low <= a <= high},
 * where a code is up to a half more than {@code w / scale}. Pairs are neighbours in the order in
 * which ONNX Runtime sums: along the rows of a matrix, and in a convolution channel by channel at
 * each tap. Depthwise convolutions have kernels that sum in 32 bits and are not bound.
 */
final class PairSums {
  private static final double LARGEST = Short.MAX_VALUE;

  private final ChannelView view;
  private final float[] values;
  private final ChannelCodes inputs;
  private final int taps;

  /** Neighbouring terms of a sum, {@link #taps} apart in the weight: the input's channels. */
  private final int depth;

  /** Output channels that read the same inputs. */
  private final int perGroup;

  private PairSums(Node linear, ChannelView view, Tensor weight, ChannelCodes inputs) {
    this.view = view;
    this.values = weight.toFloats();
    this.inputs = inputs;
    boolean convolution = linear.is("Conv");
    taps = convolution ? Math.toIntExact(view.inner() / weight.dimension(1)) : 1;
    depth = convolution ? view.inner() / taps : depth(linear, view, weight);
    long groups = convolution ? linear.integer("group", 1) : 1;
    perGroup = Math.toIntExact(view.channels() / groups);
  }

  private static int depth(Node linear, ChannelView view, Tensor weight) {
    boolean stacked = linear.is("MatMul") && weight.rank() > 2;
    return stacked
        ? Math.toIntExact(weight.dimension(weight.rank() - 2))
        : view.outer() * view.inner();
  }

  /**
   * The least scale of each channel; what is not finite in the weight is left to be refused later.
   *
   * @param linear a Conv, Gemm or MatMul
   * @param inputs what the weight is multiplied with
   */
  static double[] leastScales(Node linear, ChannelView view, Tensor weight, ChannelCodes inputs) {
    double[] least = new double[view.channels()];
    if (linear.is("Conv") && isDepthwise(linear, weight)) return least;
    PairSums sums = new PairSums(linear, view, weight, inputs);
    for (int c = 0; c < least.length; c++) {
      least[c] = sums.leastScale(c, view.outer() * view.inner());
      // Kernels that fill up the channels of each tap to an even number pair them otherwise.
      if (sums.taps > 1) least[c] = Math.max(least[c], sums.leastScale(c, sums.depth));
    }
    return least;
  }

  private static boolean isDepthwise(Node linear, Tensor weight) {
    return weight.dimension(1) == 1 && linear.integer("group", 1) == weight.dimension(0);
  }

  /** For pairs that are counted anew after {@code run} terms. */
  private double leastScale(int channel, int run) {
    int terms = view.outer() * view.inner();
    double least = 0;
    for (int from = 0; from < terms; from += run) {
      for (int k = from; k < from + run; k += 2)
        least = Math.max(least, leastScale(channel, k, k + 1 < from + run));
    }
    return Double.isFinite(least) ? least : 0;
  }

  /** For the term {@code k} and, if it is paired, the next one. */
  private double leastScale(int channel, int k, boolean paired) {
    int first = input(channel, k);
    double up = highest(channel, k, first);
    double down = lowest(channel, k, first);
    int codes = inputs.high(first);
    if (paired) {
      int second = input(channel, k + 1);
      up += highest(channel, k + 1, second);
      down += lowest(channel, k + 1, second);
      codes += inputs.high(second);
    }
    return Math.max(up, -down) / (LARGEST - codes / 2.0);
  }

  private double highest(int channel, int k, int input) {
    float weight = term(channel, k);
    return (double) weight * (weight > 0 ? inputs.high(input) : inputs.low(input));
  }

  private double lowest(int channel, int k, int input) {
    float weight = term(channel, k);
    return (double) weight * (weight > 0 ? inputs.low(input) : inputs.high(input));
  }

  /** The channel of the input that a term multiplies. */
  private int input(int channel, int k) {
    return channel / perGroup * depth + k % depth;
  }

  private float term(int channel, int k) {
    int within = k % view.inner();
    return view.inner() == 1
        ? values[view.start(k, channel)]
        : values[view.start(k / view.inner(), channel) + within % depth * taps + within / depth];
  }
}
