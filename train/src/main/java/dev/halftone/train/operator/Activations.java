package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Functions of one value that networks are bent by. */
final class Activations {
  private static final float SELU_ALPHA = 1.67326319217681884765625f;
  private static final float SELU_GAMMA = 1.05070102214813232421875f;

  private Activations() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("Relu", one(call -> torch.relu(call.input(0)))),
        entry("LeakyRelu", one(Activations::leakyRelu)),
        entry("PRelu", one(Activations::pRelu)),
        entry("ThresholdedRelu", one(Activations::thresholdedRelu)),
        entry("Elu", one(Activations::elu)),
        entry("Selu", one(Activations::selu)),
        entry("Celu", one(Activations::celu)),
        entry("Sigmoid", one(call -> torch.sigmoid(call.input(0)))),
        entry("HardSigmoid", one(call -> hardSigmoid(call, 0.2f, 0.5f))),
        entry("HardSwish", one(Activations::hardSwish)),
        entry("Tanh", one(call -> torch.tanh(call.input(0)))),
        entry("Softplus", one(Activations::softplus)),
        entry("Softsign", one(Activations::softsign)),
        entry("Gelu", one(Activations::gelu)),
        entry("Mish", one(Activations::mish)),
        entry("Swish", one(Activations::swish)),
        entry("Clip", one(Activations::clip)));
  }

  private static Tensor leakyRelu(Call call) {
    return torch.leaky_relu(call.input(0), new Scalar(call.real("alpha", 0.01f)));
  }

  private static Tensor pRelu(Call call) {
    Tensor x = call.input(0);
    Tensor below = torch.clamp_max(x, new Scalar(0f)).mul(call.input(1));
    return torch.relu(x).add(below);
  }

  private static Tensor thresholdedRelu(Call call) {
    Tensor x = call.input(0);
    Tensor over = torch.gt(x, new Scalar(call.real("alpha", 1f)));
    return x.mul(over.to(x.scalar_type()));
  }

  private static Tensor elu(Call call) {
    Scalar one = new Scalar(1f);
    return torch.elu(call.input(0), new Scalar(call.real("alpha", 1f)), one, one);
  }

  private static Tensor selu(Call call) {
    Scalar alpha = new Scalar(call.real("alpha", SELU_ALPHA));
    Scalar gamma = new Scalar(call.real("gamma", SELU_GAMMA));
    return torch.elu(call.input(0), alpha, gamma, new Scalar(1f));
  }

  private static Tensor celu(Call call) {
    return torch.celu(call.input(0), new Scalar(call.real("alpha", 1f)));
  }

  private static Tensor hardSigmoid(Call call, float alpha, float beta) {
    Tensor line =
        call.input(0)
            .mul(new Scalar(call.real("alpha", alpha)))
            .add(new Scalar(call.real("beta", beta)));
    return clamp(line, 0f, 1f);
  }

  private static Tensor hardSwish(Call call) {
    return call.input(0).mul(hardSigmoid(call, 1f / 6f, 0.5f));
  }

  private static Tensor softplus(Call call) {
    return torch.softplus(call.input(0));
  }

  private static Tensor softsign(Call call) {
    Tensor x = call.input(0);
    return x.div(torch.abs(x).add(new Scalar(1f)));
  }

  private static Tensor gelu(Call call) {
    return torch.gelu(call.input(0), call.node().text("approximate", "none"));
  }

  private static Tensor mish(Call call) {
    return torch.mish(call.input(0));
  }

  private static Tensor swish(Call call) {
    Tensor x = call.input(0);
    return x.mul(torch.sigmoid(x.mul(new Scalar(call.real("alpha", 1f)))));
  }

  /** Bounds are attributes up to operator set 10 and inputs from 11 on. */
  private static Tensor clip(Call call) {
    Tensor x = call.input(0);
    if (call.opset() < 11) {
      return clamp(x, call.real("min", -Float.MAX_VALUE), call.real("max", Float.MAX_VALUE));
    }
    if (call.optional(1) == null && call.optional(2) == null) return new Tensor(x);
    TensorOptional low = call.optionalTensor(1);
    TensorOptional high = call.optionalTensor(2);
    return torch.clamp(x, low, high);
  }

  private static Tensor clamp(Tensor x, float low, float high) {
    return torch.clamp(
        x, new ScalarOptional(new Scalar(low)), new ScalarOptional(new Scalar(high)));
  }
}
