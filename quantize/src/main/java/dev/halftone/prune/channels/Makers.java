package dev.halftone.prune.channels;

import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How channels end and begin at operators with weights. */
final class Makers {
  static final Set<String> TYPES = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");

  private final ChannelFlow flow;

  Makers(ChannelFlow flow) {
    this.flow = flow;
  }

  /** Whether channels were followed to the node's weight; if not, nothing was changed. */
  boolean follow(Node node) {
    Tensor weight = flow.constant(node.input(1));
    if (weight == null || weight.rank() < 2 || !weight.dtype().isFloat() || weight.count() == 0)
      return false;
    if (!flow.isReadOnce(node.input(1)) || flow.layout(node.input(2)) != null) return false;
    return switch (node.opType()) {
      case "Conv" ->
          node.integer("group", 1) == 1
              ? weight.rank() > 2 && dense(node, weight, 1, 0)
              : depthwise(node, weight);
      case "ConvTranspose" ->
          weight.rank() > 2 && node.integer("group", 1) == 1 && dense(node, weight, 0, 1);
      case "MatMul" -> weight.rank() == 2 && product(node, weight, 0);
      case "Gemm" ->
          weight.rank() == 2
              && node.integer("transA", 0) == 0
              && product(node, weight, node.integer("transB", 0) == 0 ? 0 : 1);
      default -> throw new IllegalArgumentException(node.opType());
    };
  }

  /** A convolution that reads all channels for each that it makes. */
  private boolean dense(Node node, Tensor weight, int inputAxis, int outputAxis) {
    ChannelLayout in = flow.layout(node.input(0));
    boolean fits =
        in == null
            || !in.flattened()
                && in.rank() == weight.rank()
                && in.length() == weight.dimension(inputAxis);
    if (!fits) return false;
    return make(node, weight, inputAxis, outputAxis, in, 1, weight.rank());
  }

  /** A product of matrices whose left one has its channels along its last axis, which is axis 1. */
  private boolean product(Node node, Tensor weight, int inputAxis) {
    ChannelLayout in = flow.layout(node.input(0));
    if (in == null)
      return node.is("Gemm") && make(node, weight, inputAxis, 1 - inputAxis, null, 1, 2);
    long inputs = weight.dimension(inputAxis);
    if (in.rank() != 2 || inputs % in.length() != 0) return false;
    int scale = Math.toIntExact(inputs / in.length());
    if (!in.flattened() && scale != 1) return false;
    return make(node, weight, inputAxis, 1 - inputAxis, in, scale, 2);
  }

  private boolean make(
      Node node,
      Tensor weight,
      int inputAxis,
      int outputAxis,
      @Nullable ChannelLayout in,
      int scale,
      int rank) {
    int channels = Math.toIntExact(weight.dimension(outputAxis));
    Tensor bias = flow.constant(node.input(2));
    if (!biasFits(node, bias, channels)) return false;
    ChannelLayout out = flow.produce(node, outputAxis, channels, rank);
    if (in != null) flow.slice(node, 1, inputAxis, in, scale);
    flow.slice(node, 1, outputAxis, out, 1);
    if (bias != null && bias.count() > 1) flow.slice(node, 2, bias.rank() - 1, out, 1);
    flow.give(node, out);
    return true;
  }

  /** Whether there is no bias, one number, or a row of one for each channel. */
  private static boolean biasFits(Node node, @Nullable Tensor bias, int channels) {
    if (bias == null) return node.input(2).isEmpty();
    boolean row = bias.rank() > 0 && bias.count() == channels && bias.dimension(-1) == channels;
    return row || node.is("Gemm") && bias.count() == 1;
  }

  /** Each channel is made of one: the output has the channels of the input. */
  private boolean depthwise(Node node, Tensor weight) {
    ChannelLayout in = flow.layout(node.input(0));
    long groups = node.integer("group", 1);
    if (in == null
        || in.flattened()
        || in.rank() != weight.rank()
        || in.length() != groups
        || weight.dimension(1) != 1
        || weight.dimension(0) % groups != 0) return false;
    Tensor bias = flow.constant(node.input(2));
    int outputs = Math.toIntExact(weight.dimension(0));
    if (!biasFits(node, bias, outputs)) return false;
    ChannelLayout out = in.repeated((int) (outputs / groups));
    flow.depthwise().put(node, in);
    flow.slice(node, 1, 0, out, 1);
    if (bias != null) flow.slice(node, 2, 0, out, 1);
    flow.give(node, out);
    return true;
  }
}
