package dev.halftone.train.operator;

import dev.halftone.graph.UnsupportedModelException;
import java.util.Arrays;

/**
 * How a window slides over the spatial axes of one input.
 *
 * @param kernel extent along each axis
 * @param before cells added in front of each axis
 * @param after cells added behind each
 */
@SuppressWarnings("ArrayRecordComponent") // Handed straight to libtorch, never compared.
record Window(long[] kernel, long[] strides, long[] dilations, long[] before, long[] after) {

  /**
   * From the attributes of a Conv or a pooling operator.
   *
   * @param input spatial sizes
   */
  static Window of(Call call, long[] kernel, long[] input) {
    Window window = explicit(call, kernel, input);
    String auto = call.node().text("auto_pad", "NOTSET");
    return auto.startsWith("SAME") ? window.same(input, auto.equals("SAME_LOWER")) : window;
  }

  /** The same, without the pads that the node leaves to be found. */
  static Window explicit(Call call, long[] kernel, long[] input) {
    int axes = kernel.length;
    if (input.length != axes)
      throw new UnsupportedModelException(
          call.node(), "a window of %d axes over %d".formatted(axes, input.length));
    long[] before = new long[axes];
    long[] after = new long[axes];
    long[] pads = call.list("pads");
    if (pads.length > 0 && call.node().text("auto_pad", "NOTSET").equals("NOTSET")) {
      before = Arrays.copyOfRange(pads, 0, axes);
      after = Arrays.copyOfRange(pads, axes, 2 * axes);
    }
    long[] strides = filled(call.list("strides"), axes);
    return new Window(kernel, strides, filled(call.list("dilations"), axes), before, after);
  }

  /** Padded so that there is an output for each stride of the input. */
  private Window same(long[] input, boolean moreBefore) {
    long[] front = new long[kernel.length];
    long[] back = new long[kernel.length];
    for (int i = 0; i < kernel.length; i++) {
      long outputs = Math.ceilDiv(input[i], strides[i]);
      long reach = (outputs - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
      long total = Math.max(0, reach - input[i]);
      front[i] = moreBefore ? total - total / 2 : total / 2;
      back[i] = total - front[i];
    }
    return new Window(kernel, strides, dilations, front, back);
  }

  private static long[] filled(long[] values, int axes) {
    if (values.length == axes) return values;
    long[] ones = new long[axes];
    Arrays.fill(ones, 1);
    return ones;
  }

  boolean isSymmetric() {
    return Arrays.equals(before, after);
  }

  boolean isPadded() {
    return Arrays.stream(before).anyMatch(pad -> pad != 0)
        || Arrays.stream(after).anyMatch(pad -> pad != 0);
  }

  /** Pads of all axes in ONNX's order, those of batch and channel included. */
  long[] pads() {
    int axes = kernel.length;
    long[] pads = new long[2 * (axes + 2)];
    System.arraycopy(before, 0, pads, 2, axes);
    System.arraycopy(after, 0, pads, axes + 4, axes);
    return pads;
  }

  /**
   * The same with so many cells more behind each axis that whole windows give as many outputs as
   * {@code ceil_mode} asks for: a last window starts inside the input or the cells in front of it.
   */
  Window roundedUp(long[] input) {
    long[] more = after.clone();
    for (int i = 0; i < more.length; i++) {
      long reach = (kernel[i] - 1) * dilations[i] + 1;
      long room = input[i] + before[i] + after[i] - reach;
      long steps = Math.ceilDiv(room, strides[i]);
      if (steps * strides[i] >= input[i] + before[i]) steps--;
      more[i] += Math.max(0, steps * strides[i] - room);
    }
    return new Window(kernel, strides, dilations, before, more);
  }

  Window withoutPads() {
    long[] none = new long[kernel.length];
    return new Window(kernel, strides, dilations, none, none);
  }

  static long[] spatial(org.bytedeco.pytorch.Tensor x) {
    long[] shape = x.shape();
    return Arrays.copyOfRange(shape, Math.min(2, shape.length), shape.length);
  }
}
