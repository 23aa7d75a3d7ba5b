package dev.halftone.scheme;

import java.util.Arrays;

/**
 * Which elements of a tensor share a scale and zero point, and where these lie among the others.
 * Source: ONNX operators, QuantizeLinear, {@code axis} and {@code block_size}.
 */
public sealed interface ScaleLayout {
  /** One for all elements. */
  record OneScale() implements ScaleLayout {}

  /**
   * One for each index of an axis.
   *
   * @param axis negative counts from the end
   */
  record AlongAxis(int axis) implements ScaleLayout {}

  /**
   * One for each {@code length} neighbours along an axis, the last perhaps fewer; scales have the
   * tensor's shape but for {@code ceil(dimension / length)} at the axis.
   *
   * @param axis negative counts from the end
   */
  record InBlocks(int axis, long length) implements ScaleLayout {
    public InBlocks {
      if (length < 1) throw new IllegalArgumentException("blocks of " + length + " elements");
    }
  }

  /**
   * What ONNX's attributes and the number of scales say.
   *
   * @param block 0 for none
   */
  static ScaleLayout of(long scales, int axis, long block) {
    if (block != 0) return new InBlocks(axis, block);
    return scales == 1 ? new OneScale() : new AlongAxis(axis);
  }

  /** Elements {@code first + k * stride} that share the scale {@code entry}. */
  interface Run {
    void of(int first, int stride, int count, int entry);
  }

  /**
   * How many scales a tensor takes.
   *
   * @throws IllegalArgumentException if it has no such axis
   */
  default long entries(long[] shape) {
    return switch (this) {
      case OneScale() -> 1;
      case AlongAxis(int axis) -> shape[index(axis, shape)];
      case InBlocks(int axis, long length) -> {
        long[] blocks = shape.clone();
        int at = index(axis, shape);
        blocks[at] = Math.ceilDiv(shape[at], length);
        long product = 1;
        for (long dimension : blocks) product *= dimension;
        yield product;
      }
    };
  }

  /**
   * Goes through every run of a tensor of that shape, of less than 2^31 elements; each element is
   * in one of them.
   */
  default void runs(long[] shape, Run run) {
    switch (this) {
      case OneScale() -> run.of(0, 1, product(shape, 0, shape.length), 0);
      case AlongAxis(int axis) -> {
        int at = index(axis, shape);
        int outer = product(shape, 0, at);
        int length = Math.toIntExact(shape[at]);
        int inner = product(shape, at + 1, shape.length);
        for (int c = 0; c < length; c++) {
          // Neighbours that differ in the axis: one long run with gaps in place of many short ones.
          if (inner == 1) run.of(c, length, outer, c);
          else for (int o = 0; o < outer; o++) run.of((o * length + c) * inner, 1, inner, c);
        }
      }
      case InBlocks(int axis, long block) -> blocks(shape, index(axis, shape), block, run);
    }
  }

  private static void blocks(long[] shape, int at, long block, Run run) {
    int outer = product(shape, 0, at);
    int length = Math.toIntExact(shape[at]);
    int inner = product(shape, at + 1, shape.length);
    int size = (int) Math.min(block, Integer.MAX_VALUE / 2);
    int blocks = Math.ceilDiv(length, size);
    for (int o = 0; o < outer; o++) {
      for (int b = 0; b < blocks; b++) {
        int first = (o * length + b * size) * inner;
        int count = Math.min(size, length - b * size);
        for (int i = 0; i < inner; i++)
          run.of(first + i, inner, count, (o * blocks + b) * inner + i);
      }
    }
  }

  private static int product(long[] shape, int from, int to) {
    int product = 1;
    for (int i = from; i < to; i++)
      product = Math.multiplyExact(product, Math.toIntExact(shape[i]));
    return product;
  }

  private static int index(int axis, long[] shape) {
    int at = axis < 0 ? axis + shape.length : axis;
    if (at < 0 || at >= shape.length)
      throw new IllegalArgumentException("axis %d for %s".formatted(axis, Arrays.toString(shape)));
    return at;
  }
}
