package dev.halftone.prune.weights;

import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import java.util.List;

/**
 * One axis of a convolution's windows (ONNX Conv-22).
 *
 * @param size of the input
 * @param kernel size of the window
 * @param places where a window lies
 * @param before elements of padding before the first
 */
record WindowAxis(int size, int kernel, int places, int stride, int dilation, int before) {
  static WindowAxis of(Node node, int axis, int[] kernel, int size) {
    int stride = entry(node.integers("strides"), axis, 1);
    int dilation = entry(node.integers("dilations"), axis, 1);
    if (stride < 1 || dilation < 1)
      throw new UnsupportedModelException(
          node.label(), "stride %d and dilation %d".formatted(stride, dilation));
    int reach = Math.addExact(Math.multiplyExact(dilation, kernel[axis] - 1), 1);
    int before = entry(node.integers("pads"), axis, 0);
    int padding = before + entry(node.integers("pads"), axis + kernel.length, 0);
    switch (node.text("auto_pad", "NOTSET")) {
      case "SAME_UPPER" -> {
        padding = same(size, stride, reach);
        before = padding / 2;
      }
      case "SAME_LOWER" -> {
        padding = same(size, stride, reach);
        before = padding - padding / 2;
      }
      case "VALID" -> {
        padding = 0;
        before = 0;
      }
      default -> {}
    }
    int places = Math.max(0, (size + padding - reach) / stride + 1);
    return new WindowAxis(size, kernel[axis], places, stride, dilation, before);
  }

  /** Padding with which there are as many places as {@code size / stride}, rounded up. */
  private static int same(int size, int stride, int reach) {
    return Math.max(0, (Math.ceilDiv(size, stride) - 1) * stride + reach - size);
  }

  private static int entry(List<Long> attribute, int axis, int otherwise) {
    return axis < attribute.size() ? Math.toIntExact(attribute.get(axis)) : otherwise;
  }

  /**
   * The element of the input's plane that a window sees; -1 in the padding.
   *
   * @param place of the window, counted along the last axis first
   * @param position in the window, likewise
   */
  static int pixel(WindowAxis[] axes, int place, int position) {
    int pixel = 0;
    int unit = 1;
    for (int i = axes.length - 1; i >= 0; i--) {
      WindowAxis axis = axes[i];
      int at =
          place % axis.places * axis.stride - axis.before + position % axis.kernel * axis.dilation;
      if (at < 0 || at >= axis.size) return -1;
      pixel += at * unit;
      unit *= axis.size;
      place /= axis.places;
      position /= axis.kernel;
    }
    return pixel;
  }
}
