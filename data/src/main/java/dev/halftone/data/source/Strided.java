package dev.halftone.data.source;

import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Copies of parts and rearrangements of arrays, element by element in row-major order of the
 * result.
 */
public final class Strided {
  private Strided() {}

  /** Strides in elements of a row-major array: the last axis has stride 1. */
  public static long[] rowMajor(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return strides;
  }

  /** Strides in elements of a column-major array: the first axis has stride 1. */
  public static long[] columnMajor(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = 0; axis < shape.length; axis++) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return strides;
  }

  /**
   * Gathers the elements at {@code offset + sum(index[axis] * strides[axis])} for every index of
   * {@code shape}.
   *
   * @param width bytes of an element; offset and strides count elements
   * @throws IndexOutOfBoundsException if an element lies outside of the data
   */
  public static byte[] gather(
      MemorySegment data, int width, long offset, long[] shape, long[] strides) {
    byte[] out = new byte[Math.toIntExact(Math.multiplyExact(Tensor.elements(shape), width))];
    if (out.length == 0) return out;
    copy(data, width, offset, shape, strides, 0, MemorySegment.ofArray(out), 0);
    return out;
  }

  private static long copy(
      MemorySegment data,
      int width,
      long offset,
      long[] shape,
      long[] strides,
      int axis,
      MemorySegment out,
      long position) {
    if (axis == shape.length) {
      MemorySegment.copy(data, offset * width, out, position, width);
      return position + width;
    }
    if (axis == shape.length - 1 && strides[axis] == 1) {
      long bytes = shape[axis] * width;
      MemorySegment.copy(data, offset * width, out, position, bytes);
      return position + bytes;
    }
    long next = position;
    for (long i = 0; i < shape[axis]; i++) {
      next = copy(data, width, offset + i * strides[axis], shape, strides, axis + 1, out, next);
    }
    return next;
  }

  /** The array with its axes in the order of {@code axes}, as numpy's transpose. */
  public static Tensor transpose(Tensor array, int[] axes) {
    long[] strides = rowMajor(array.shape());
    long[] shape = new long[axes.length];
    long[] newStrides = new long[axes.length];
    for (int axis = 0; axis < axes.length; axis++) {
      shape[axis] = array.dimension(axes[axis]);
      newStrides[axis] = strides[axes[axis]];
    }
    return of(array.dtype(), shape, gather(array.data(), width(array), 0, shape, newStrides));
  }

  /** Elements {@code [from, to)} along {@code axis}. */
  public static Tensor slice(Tensor array, int axis, long from, long to) {
    checkAxis(array, axis);
    if (axis == 0) return array.rows(from, to);
    if (from < 0 || to < from || to > array.dimension(axis)) {
      throw new IndexOutOfBoundsException(
          "[%d, %d) of axis %d of %s".formatted(from, to, axis, array));
    }
    long[] strides = rowMajor(array.shape());
    long[] shape = array.shape();
    shape[axis] = to - from;
    return of(
        array.dtype(),
        shape,
        gather(array.data(), width(array), from * strides[axis], shape, strides));
  }

  static Tensor checkAxis(Tensor array, int axis) {
    if (axis >= 0 && axis < array.rank()) return array;
    throw new MalformedDataException(
        "window",
        "axis %d (counting samples as axis 0) is not one of a sample of shape %s"
            .formatted(axis + 1, Arrays.toString(array.shape())));
  }

  /** A tensor over bytes just gathered. */
  public static Tensor of(DType dtype, long[] shape, byte[] bytes) {
    return Tensor.of(dtype, shape, MemorySegment.ofArray(bytes));
  }

  private static int width(Tensor array) {
    if (array.dtype().bits() < 8) {
      throw new IllegalArgumentException(array.dtype() + " has no whole bytes");
    }
    return array.dtype().bits() / 8;
  }
}
