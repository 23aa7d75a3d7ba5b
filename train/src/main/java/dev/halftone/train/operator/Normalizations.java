package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.checked;
import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import dev.halftone.graph.Node;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Values brought to a common mean and spread; BatchNormalization with the learned statistics. */
final class Normalizations {

  private Normalizations() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("BatchNormalization", checked(Normalizations::batchRefusal, Normalizations::batch)),
        entry("LayerNormalization", Normalizations::layer),
        entry("RMSNormalization", one(Normalizations::rootMeanSquare)),
        entry("GroupNormalization", one(Normalizations::group)),
        entry("InstanceNormalization", one(Normalizations::instance)),
        entry("LpNormalization", one(Normalizations::norm)),
        entry("LRN", one(Normalizations::localResponse)));
  }

  private static @Nullable String batchRefusal(Node node, long opset) {
    if (node.integer("training_mode", 0) != 0) return "it is in training mode";
    return node.integer("spatial", 1) == 0 ? "it is not spatial" : null;
  }

  private static Tensor batch(Call call) {
    return torch.batch_norm(
        call.input(0),
        call.optionalTensor(1),
        call.optionalTensor(2),
        call.optionalTensor(3),
        call.optionalTensor(4),
        false,
        0,
        call.real("epsilon", 1e-5f),
        false);
  }

  /** The axes from the node's on. */
  private static long[] lastAxes(Call call, Tensor x) {
    return LongStream.range(call.axis("axis", -1, x), x.dim()).toArray();
  }

  private static List<Tensor> layer(Call call) {
    Tensor x = call.input(0);
    long[] axes = lastAxes(call, x);
    Tensor mean = torch.mean(x, axes, true, new ScalarTypeOptional());
    Tensor inverse = inverseDeviation(call, x.sub(mean), axes);
    long[] normalized = Arrays.copyOfRange(x.shape(), (int) axes[0], (int) x.dim());
    double epsilon = call.real("epsilon", 1e-5f);
    Tensor y =
        torch.layer_norm(x, normalized, new TensorOptional(), new TensorOptional(), epsilon, false);
    return List.of(shifted(call, y.mul(call.input(1))), mean, inverse);
  }

  private static Tensor shifted(Call call, Tensor y) {
    Tensor bias = call.optional(2);
    return bias == null ? y : y.add(bias);
  }

  /** {@code 1 / sqrt(mean(x²) + epsilon)}. */
  private static Tensor inverseDeviation(Call call, Tensor x, long[] axes) {
    Tensor square = torch.mean(torch.square(x), axes, true, new ScalarTypeOptional());
    return torch.rsqrt(square.add(new Scalar(call.real("epsilon", 1e-5f))));
  }

  private static Tensor rootMeanSquare(Call call) {
    Tensor x = call.input(0);
    return x.mul(inverseDeviation(call, x, lastAxes(call, x))).mul(call.input(1));
  }

  /** Scale and bias are by group up to operator set 20 and by channel from 21 on. */
  private static Tensor group(Call call) {
    Tensor x = call.input(0);
    long groups = call.integer("num_groups", 1);
    double epsilon = call.real("epsilon", 1e-5f);
    Tensor y =
        torch.group_norm(x, groups, new TensorOptional(), new TensorOptional(), epsilon, false);
    return y.mul(byChannel(call.input(1), x)).add(byChannel(call.input(2), x));
  }

  private static Tensor byChannel(Tensor values, Tensor x) {
    long channels = x.size(1);
    long[] shape = new long[(int) x.dim()];
    Arrays.fill(shape, 1);
    shape[1] = channels;
    Tensor spread = values.unsqueeze(1).expand(values.numel(), channels / values.numel());
    return spread.reshape(shape);
  }

  private static Tensor instance(Call call) {
    return torch.instance_norm(
        call.input(0),
        call.optionalTensor(1),
        call.optionalTensor(2),
        new TensorOptional(),
        new TensorOptional(),
        true,
        0,
        call.real("epsilon", 1e-5f),
        false);
  }

  /** Zeros stay zeros. */
  private static Tensor norm(Call call) {
    Tensor x = call.input(0);
    long[] axis = {call.axis("axis", -1, x)};
    Scalar order = new Scalar(call.integer("p", 2));
    Tensor norm = torch.linalg_vector_norm(x, order, axis, true, new ScalarTypeOptional());
    return x.div(torch.where(norm.eq(new Scalar(0f)), torch.ones_like(norm), norm));
  }

  /** {@code x / (bias + alpha / size * sum of squares of the channels around)^beta}. */
  private static Tensor localResponse(Call call) {
    Tensor x = call.input(0);
    long size = call.integer("size", 1);
    long[] pads = new long[2 * (int) x.dim()];
    pads[1] = (size - 1) / 2;
    pads[(int) x.dim() + 1] = size - 1 - pads[1];
    Tensor squares = Padding.constant(torch.square(x), pads, new Scalar(0f));
    Tensor sum = squares.narrow(1, 0, x.size(1));
    for (long i = 1; i < size; i++) sum = sum.add(squares.narrow(1, i, x.size(1)));
    Tensor base =
        sum.mul(new Scalar(call.real("alpha", 1e-4f) / size))
            .add(new Scalar(call.real("bias", 1f)));
    return x.div(torch.pow(base, new Scalar(call.real("beta", 0.75f))));
  }
}
