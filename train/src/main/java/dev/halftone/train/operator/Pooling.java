package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.checked;
import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The greatest or the mean of each window. */
final class Pooling {
  private Pooling() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("MaxPool", checked(Pooling::refusal, Pooling::greatest)),
        entry("AveragePool", checked(Pooling::refusal, Pooling::mean)),
        entry("GlobalMaxPool", one(call -> torch.amax(call.input(0), spatialAxes(call), true))),
        entry("GlobalAveragePool", one(Pooling::globalMean)));
  }

  private static @Nullable String refusal(Node node, long opset) {
    int axes = node.integers("kernel_shape").size();
    if (axes < 1 || axes > 3) return "a window of %d axes".formatted(axes);
    if (!node.output(1).isEmpty()) return "it gives indices";
    boolean dilated = node.integers("dilations").stream().anyMatch(dilation -> dilation != 1);
    return dilated && node.opType().equals("AveragePool") ? "it has dilations" : null;
  }

  private static long[] spatialAxes(Call call) {
    return LongStream.range(2, call.input(0).dim()).toArray();
  }

  private static Tensor globalMean(Call call) {
    return torch.mean(call.input(0), spatialAxes(call), true, new ScalarTypeOptional());
  }

  private static Window window(Call call) {
    long[] input = Window.spatial(call.input(0));
    return Window.of(call, call.list("kernel_shape"), input);
  }

  private static Window rounded(Call call, Window window) {
    return call.integer("ceil_mode", 0) == 0
        ? window
        : window.roundedUp(Window.spatial(call.input(0)));
  }

  private static Tensor greatest(Call call) {
    Tensor x = call.input(0);
    Window window = rounded(call, window(call));
    if (window.isPadded())
      x = Padding.constant(x, window.pads(), new Scalar(Float.NEGATIVE_INFINITY));
    long[] none = new long[window.kernel().length];
    return switch (none.length) {
      case 1 ->
          torch.max_pool1d(x, window.kernel(), window.strides(), none, window.dilations(), false);
      case 2 ->
          torch.max_pool2d(
              ordered(x), window.kernel(), window.strides(), none, window.dilations(), false);
      default ->
          torch.max_pool3d(x, window.kernel(), window.strides(), none, window.dilations(), false);
    };
  }

  /** Channels last: libtorch has vector code for those; slow gradients make up for it. */
  private static Tensor ordered(Tensor x) {
    return x.requires_grad() ? x : x.contiguous(torch.MemoryFormat.ChannelsLast);
  }

  /**
   * Means over whole windows, divided by the share of cells that count: those of the input, with
   * {@code count_include_pad} those added by pads too, never those added by {@code ceil_mode}.
   */
  private static Tensor mean(Call call) {
    Tensor x = call.input(0);
    Window plain = window(call);
    Window window = rounded(call, plain);
    if (!window.isPadded()) return average(x, window);
    Tensor means = average(Padding.constant(x, window.pads(), new Scalar(0f)), window);
    boolean padsCount = call.integer("count_include_pad", 0) != 0;
    if (padsCount && Arrays.equals(plain.after(), window.after())) return means;
    Tensor counted = torch.ones_like(x.detach().narrow(0, 0, 1).narrow(1, 0, 1));
    if (padsCount) counted = Padding.constant(counted, plain.pads(), new Scalar(1f));
    long[] rest = padsCount ? beyond(window, plain).pads() : window.pads();
    return means.div(average(Padding.constant(counted, rest, new Scalar(0f)), window));
  }

  /** What one window adds behind the other. */
  private static Window beyond(Window window, Window plain) {
    long[] after = window.after().clone();
    for (int i = 0; i < after.length; i++) after[i] -= plain.after()[i];
    return new Window(
        window.kernel(), window.strides(), window.dilations(), new long[after.length], after);
  }

  private static Tensor average(Tensor x, Window window) {
    long[] none = new long[window.kernel().length];
    LongOptional divisor = new LongOptional();
    return switch (none.length) {
      case 1 -> torch.avg_pool1d(x, window.kernel(), window.strides(), none, false, true);
      case 2 -> torch.avg_pool2d(x, window.kernel(), window.strides(), none, false, true, divisor);
      case 3 -> torch.avg_pool3d(x, window.kernel(), window.strides(), none, false, true, divisor);
      default -> throw new UnsupportedModelException("pooling", none.length + " axes");
    };
  }
}
