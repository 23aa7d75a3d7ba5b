package dev.halftone.quantize.fold;

import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.number.Casting;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A Conv, ConvTranspose or Gemm with constant weight, seen as output channels.
 *
 * @param outer product of the weight's dimensions before the channel axis
 * @param channels output channels; for a grouped ConvTranspose the weight's axis holds channels /
 *     group of them
 * @param inner product of the dimensions after the channel axis
 * @param spatialRank dimensions of the output after its channel axis
 */
record LinearOperator(
    Node node, Tensor weight, double[] bias, int outer, int channels, int inner, int spatialRank) {

  static boolean isLinear(Node node) {
    return node.is("Conv") || node.is("ConvTranspose") || node.is("Gemm");
  }

  /** The operator, or null when its weight or bias is not a constant that can be folded into. */
  static @Nullable LinearOperator of(Node node, GraphIndex index) {
    Tensor weight = index.constant(node.input(1));
    if (weight == null || !AffineFolding.foldable(weight.dtype()) || weight.rank() < 2) return null;
    if (node.is("ConvTranspose") && node.integer("group", 1) != 1) return null;
    int axis = channelAxis(node);
    int channels = Math.toIntExact(weight.dimension(axis));
    double[] bias = bias(node, index, channels);
    if (bias == null) return null;
    int outer = 1;
    int inner = 1;
    for (int i = 0; i < weight.rank(); i++) {
      if (i < axis) outer *= (int) weight.dimension(i);
      if (i > axis) inner *= (int) weight.dimension(i);
    }
    int spatialRank = node.is("Gemm") ? 0 : weight.rank() - 2;
    return new LinearOperator(node, weight, bias, outer, channels, inner, spatialRank);
  }

  private static int channelAxis(Node node) {
    if (node.is("Gemm")) return node.integer("transB", 0) != 0 ? 0 : 1;
    return node.is("ConvTranspose") ? 1 : 0;
  }

  /**
   * The bias by channel, already multiplied by Gemm's beta; zeros when there is none; null when it
   * is not constant.
   */
  private static double @Nullable [] bias(Node node, GraphIndex index, int channels) {
    double[] bias = new double[channels];
    if (node.input(2).isEmpty()) return bias;
    Tensor constant = index.constant(node.input(2));
    if (constant == null || !constant.dtype().isFloat()) return null;
    boolean one = constant.count() == 1;
    boolean row =
        constant.count() == channels
            && (constant.rank() == 0 || constant.dimension(-1) == channels);
    if (!one && !row) return null;
    double beta = node.is("Gemm") ? node.real("beta", 1f) : 1;
    float[] values = constant.toFloats();
    for (int c = 0; c < channels; c++) bias[c] = beta * values[one ? 0 : c];
    return bias;
  }

  String weightName() {
    return node.input(1);
  }

  String biasName() {
    return node.input(2);
  }

  /** The weight with output channel {@code c} multiplied by {@code scale[c]}. */
  Tensor scaledWeight(double[] scale) {
    float[] values = weight.toFloats();
    for (int o = 0, i = 0; o < outer; o++) {
      for (int c = 0; c < channels; c++) {
        for (int k = 0; k < inner; k++, i++) values[i] = (float) (values[i] * scale[c]);
      }
    }
    return cast(values, weight.dtype(), weight.shape());
  }

  static Tensor cast(float[] values, DType dtype, long... shape) {
    return Casting.cast(Tensor.ofFloats(values, shape), dtype);
  }

  /**
   * A constant that is broadcast onto this operator's output as one value a channel; null when it
   * varies otherwise.
   */
  double @Nullable [] perChannel(Tensor constant) {
    if (!constant.dtype().isFloat() || constant.rank() > spatialRank + 2) return null;
    double[] values = new double[channels];
    float[] floats = constant.toFloats();
    if (floats.length == 1) {
      Arrays.fill(values, floats[0]);
      return values;
    }
    int channelDimension = constant.rank() - 1 - spatialRank;
    if (floats.length != channels
        || channelDimension < 0
        || constant.dimension(channelDimension) != channels) return null;
    for (int c = 0; c < channels; c++) values[c] = floats[c];
    return values;
  }
}
