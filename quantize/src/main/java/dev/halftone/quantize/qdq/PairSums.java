package dev.halftone.quantize.qdq;

import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;

/**
 * Weight scales under which sums of two products fit 16 bits. CPUs without VNNI multiply uint8
 * activations with int8 weights in pairs and saturate {@code a1 w1 + a2 w2} to {@code [-32768,
 * 32767]} (x86 {@code vpmaddubsw}). With {@code a <= 255} nothing saturates as long as the positive
 * codes of a pair sum to 128 at most, and so do the negative ones.
 *
 * <p>Seven bits for all weights, the usual cure, hold that with room to spare. Here each channel
 * keeps as much of its 8 bits as its own pairs allow: {@code scale >= largest pair / 127}, where
 * rounding adds one at most. Pairs are neighbours in the order in which ONNX Runtime sums: along
 * the rows of a matrix, and in a convolution channel by channel at each tap. Depthwise convolutions
 * have kernels that sum in 32 bits and are not bound.
 */
final class PairSums {
  /** What two rounded codes may sum to, less the half that each may have been rounded up by. */
  private static final double WITHIN = 127;

  private final ChannelView view;
  private final float[] values;

  /** Neighbouring terms of a sum that lie {@link #taps} apart in the weight. */
  private final int depth;

  private final int taps;

  private PairSums(ChannelView view, float[] values, int taps) {
    this.view = view;
    this.values = values;
    this.taps = taps;
    this.depth = view.inner() / taps;
  }

  /**
   * The least scale of each channel; what is not finite in the weight is left to be refused later.
   *
   * @param linear a Conv, Gemm or MatMul
   */
  static double[] leastScales(Node linear, ChannelView view, Tensor weight) {
    double[] least = new double[view.channels()];
    boolean convolution = linear.is("Conv");
    if (convolution && isDepthwise(linear, weight)) return least;
    int taps = convolution ? Math.toIntExact(view.inner() / weight.dimension(1)) : 1;
    PairSums sums = new PairSums(view, weight.toFloats(), taps);
    for (int c = 0; c < least.length; c++) {
      float largest = sums.largestPair(c, view.outer() * view.inner());
      // Kernels that fill up the channels of each tap to an even number pair them otherwise.
      if (taps > 1) largest = Math.max(largest, sums.largestPair(c, sums.depth));
      least[c] = largest / WITHIN;
    }
    return least;
  }

  private static boolean isDepthwise(Node linear, Tensor weight) {
    return weight.dimension(1) == 1 && linear.integer("group", 1) == weight.dimension(0);
  }

  /**
   * The largest sum of two neighbours of one sign, neighbours counted anew after {@code run} terms.
   */
  private float largestPair(int channel, int run) {
    int terms = view.outer() * view.inner();
    float largest = 0;
    for (int from = 0; from < terms; from += run) {
      for (int k = from; k < from + run; k += 2) {
        float first = term(channel, k);
        float second = k + 1 < from + run ? term(channel, k + 1) : 0;
        largest = Math.max(largest, reach(first, second));
      }
    }
    return Float.isFinite(largest) ? largest : 0;
  }

  private static float reach(float first, float second) {
    return first < 0 == second < 0
        ? Math.abs(first + second)
        : Math.max(Math.abs(first), Math.abs(second));
  }

  private float term(int channel, int k) {
    int within = k % view.inner();
    return values[view.start(k / view.inner(), channel) + within % depth * taps + within / depth];
  }
}
