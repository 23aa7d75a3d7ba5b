package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Conv over any number of axes. */
final class Convolutions {
  private Convolutions() {}

  static Map<String, TorchOperator> all() {
    return Map.of("Conv", one(Convolutions::convolve));
  }

  private static Tensor convolve(Call call) {
    Tensor x = call.input(0);
    Tensor weight = call.input(1);
    Window window = Window.of(call, Window.spatial(weight), Window.spatial(x));
    if (!window.isSymmetric()) {
      x = Padding.constant(x, window.pads(), new Scalar(0f));
      window = window.withoutPads();
    }
    return torch.convolution(
        x,
        weight,
        call.optionalTensor(2),
        window.strides(),
        window.before(),
        window.dilations(),
        false,
        new long[window.kernel().length],
        call.integer("group", 1));
  }
}
