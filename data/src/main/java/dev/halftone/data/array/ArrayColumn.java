package dev.halftone.data.array;

import dev.halftone.data.source.Column;
import dev.halftone.data.source.Strided;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * An array in a file whose first axis counts samples.
 *
 * @param data the bytes of all elements and nothing behind them
 * @param order of the bytes of one element
 * @param offset of the first element, in elements
 * @param shape of the whole array, at least one axis
 * @param strides in elements, one for each axis
 */
record ArrayColumn(
    MemorySegment data, DType dtype, ByteOrder order, long offset, long[] shape, long[] strides)
    implements Column {

  /**
   * An array that fills its data in row-major or column-major order.
   *
   * @throws MalformedDataException if shape and data differ in size, or there is no axis for
   *     samples
   */
  static ArrayColumn filling(
      Object file,
      MemorySegment data,
      DType dtype,
      ByteOrder order,
      long[] shape,
      boolean byColumns) {
    long expected;
    try {
      expected = dtype.bytes(Tensor.elements(shape));
    } catch (ArithmeticException e) {
      throw new MalformedDataException(
          file, "shape %s counts more elements than can be".formatted(Arrays.toString(shape)));
    }
    if (data.byteSize() != expected) {
      throw new MalformedDataException(
          file,
          "%d bytes of elements, expected %d for %s%s"
              .formatted(data.byteSize(), expected, dtype, Arrays.toString(shape)));
    }
    if (shape.length == 0) {
      throw new MalformedDataException(file, "a single value, expected an axis for samples first");
    }
    if (shape[0] > Integer.MAX_VALUE) {
      throw new MalformedDataException(file, shape[0] + " samples are more than can be counted");
    }
    long[] strides = byColumns ? Strided.columnMajor(shape) : Strided.rowMajor(shape);
    return new ArrayColumn(data, dtype, order, 0, shape, strides);
  }

  @Override
  public int size() {
    return (int) shape[0];
  }

  @Override
  public Tensor get(int row) {
    Objects.checkIndex(row, size());
    long[] sample = Arrays.copyOfRange(shape, 1, shape.length);
    long[] sampleStrides = Arrays.copyOfRange(strides, 1, strides.length);
    long first = offset + row * strides[0];
    int width = dtype.bits() / 8;
    if (littleEndian() && Arrays.equals(sampleStrides, Strided.rowMajor(sample))) {
      long bytes = Tensor.elements(sample) * width;
      return Tensor.of(
          dtype, sample, bytes == 0 ? MemorySegment.NULL : data.asSlice(first * width, bytes));
    }
    byte[] gathered = Strided.gather(data, width, first, sample, sampleStrides);
    if (!littleEndian()) swap(gathered, width);
    return Strided.of(dtype, sample, gathered);
  }

  @Override
  public long extent(int row, int axis) {
    return axis + 1 < shape.length && axis >= 0 ? shape[axis + 1] : Column.super.extent(row, axis);
  }

  private boolean littleEndian() {
    return order == ByteOrder.LITTLE_ENDIAN || dtype.bits() == 8;
  }

  private static void swap(byte[] bytes, int width) {
    for (int element = 0; element < bytes.length; element += width) {
      for (int i = element, j = element + width - 1; i < j; i++, j--) {
        byte octet = bytes[i];
        bytes[i] = bytes[j];
        bytes[j] = octet;
      }
    }
  }
}
