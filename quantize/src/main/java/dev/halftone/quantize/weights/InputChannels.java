package dev.halftone.quantize.weights;

import dev.halftone.calibrate.observe.Channels;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.graph.Node;
import dev.halftone.quantize.codes.Importance;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a weight is multiplied with.
 *
 * @param value name of the activation
 * @param axis of its channels; -1 is the last
 * @param weightAxis the axis of the weight that is summed over with it
 * @param groups of output channels, each of which reads channels of its own
 */
public record InputChannels(String value, int axis, int weightAxis, long groups) {
  /** The activation that the node multiplies its input of that number with; null where none is. */
  public static @Nullable InputChannels of(Node node, int input, Tensor weight) {
    if (input != 1 || !node.domain().isEmpty() || weight.rank() < 2) return null;
    return switch (node.opType()) {
      case "MatMul" -> new InputChannels(node.input(0), -1, weight.rank() - 2, 1);
      case "Gemm" ->
          new InputChannels(
              node.input(0),
              node.integer("transA", 0) == 0 ? 1 : 0,
              node.integer("transB", 0) == 0 ? 0 : 1,
              1);
      case "Conv" -> new InputChannels(node.input(0), 1, 1, node.integer("group", 1));
      case "ConvTranspose" -> new InputChannels(node.input(0), 1, 0, 1);
      case "GRU", "LSTM", "RNN" ->
          weight.rank() == 3 ? new InputChannels(node.input(0), -1, 2, 1) : null;
      default -> null;
    };
  }

  /** What has to be known of the activation. */
  public Request request() {
    return Request.channels(axis);
  }

  /** Whether both are summed over in the same way. */
  boolean readsAlike(InputChannels other) {
    return weightAxis == other.weightAxis && groups == other.groups;
  }

  /**
   * The second moments of the channels in ratio to the largest: {@code sum over k of E[x_k^2] (w_k
   * - Q(w_k))^2} is the expected squared error of the product where inputs are independent and have
   * no mean. Equal where nothing but zeros was seen, or channels do not fit the weight.
   */
  public Importance importance(Channels channels, Tensor weight) {
    double[] moments = channels.secondMoments();
    double largest = Arrays.stream(moments).max().orElse(0);
    boolean fits =
        groups > 0
            && moments.length == weight.dimension(weightAxis) * groups
            && weight.dimension(0) % groups == 0;
    if (!fits || largest == 0) return Importance.EQUAL;
    float[] inputs = new float[moments.length];
    for (int i = 0; i < inputs.length; i++) inputs[i] = (float) (moments[i] / largest);
    return Importance.along(weightAxis, groups, weight, inputs);
  }
}
