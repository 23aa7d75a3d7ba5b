package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;

import dev.halftone.graph.UnsupportedModelException;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Conv and ConvTranspose over any number of axes. */
final class Convolutions {
  private Convolutions() {}

  static Map<String, TorchOperator> all() {
    return Map.of(
        "Conv", one(Convolutions::convolve), "ConvTranspose", one(Convolutions::transposed));
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

  /** Computed without pads, which then are cut off or, where they are negative, added. */
  private static Tensor transposed(Call call) {
    Tensor x = call.input(0);
    Tensor weight = call.input(1);
    Window window = Window.explicit(call, Window.spatial(weight), Window.spatial(x));
    long[] more = call.list("output_padding");
    Tensor whole =
        torch.convolution(
            x,
            weight,
            new TensorOptional(),
            window.strides(),
            new long[window.kernel().length],
            window.dilations(),
            true,
            new long[window.kernel().length],
            call.integer("group", 1));
    long[] pads = cuts(call, Window.spatial(x), Window.spatial(whole), window, more);
    Tensor cut = Padding.constant(whole, pads, new Scalar(0f));
    Tensor bias = call.optional(2);
    return bias == null ? cut : cut.add(byChannel(bias, x.dim()));
  }

  private static Tensor byChannel(Tensor bias, long rank) {
    long[] shape = new long[(int) rank];
    Arrays.fill(shape, 1);
    shape[1] = bias.numel();
    return bias.reshape(shape);
  }

  /** ONNX operator ConvTranspose: pads follow from the shape of the output where that is given. */
  private static long[] cuts(Call call, long[] input, long[] whole, Window window, long[] more) {
    int axes = whole.length;
    String auto = call.node().text("auto_pad", "NOTSET");
    long[] shape = call.list("output_shape");
    if (shape.length > axes) shape = Arrays.copyOfRange(shape, shape.length - axes, shape.length);
    if (shape.length != 0 && shape.length != axes)
      throw new UnsupportedModelException(call.node(), "output_shape of " + shape.length);
    long[] pads = new long[2 * (axes + 2)];
    for (int i = 0; i < axes; i++) {
      long added = more.length == axes ? more[i] : 0;
      long before = window.before()[i];
      long after = window.after()[i];
      if (shape.length > 0 || auto.startsWith("SAME")) {
        long wanted = shape.length > 0 ? shape[i] : input[i] * window.strides()[i];
        long total = Math.max(0, whole[i] + added - wanted);
        before = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
        after = whole[i] + added - before - wanted;
      }
      pads[i + 2] = -before;
      pads[axes + 4 + i] = added - after;
    }
    return pads;
  }
}
