package dev.halftone.checkpoint.gguf;

import dev.halftone.tensor.Tensor;
import java.util.Arrays;

/**
 * A tensor without its bytes.
 *
 * @param dimensions as in a file: the length of a row first; none is a scalar
 */
@SuppressWarnings("ArrayRecordComponent") // Handed out as copies; equals and hashCode see values.
public record TensorInfo(String name, TensorType type, long[] dimensions) {
  /** "Currently at most 4 dimensions." */
  static final int MOST_DIMENSIONS = 4;

  /**
   * @throws IllegalArgumentException if there are more than 4 dimensions, one is negative, a row is
   *     not a whole number of blocks, or bytes are more than a long counts
   */
  public TensorInfo {
    dimensions = dimensions.clone();
    if (dimensions.length > MOST_DIMENSIONS)
      throw new IllegalArgumentException(
          "%d dimensions, expected at most %d".formatted(dimensions.length, MOST_DIMENSIONS));
    for (long dimension : dimensions)
      if (dimension < 0)
        throw new IllegalArgumentException(
            "a dimension of %s, expected less than 2^63"
                .formatted(Long.toUnsignedString(dimension)));
    long row = dimensions.length == 0 ? 1 : dimensions[0];
    if (row % type.blockValues() != 0)
      throw new IllegalArgumentException(
          "rows of %d values, expected a multiple of %d for %s"
              .formatted(row, type.blockValues(), type));
    try {
      long unused = bytes(type, dimensions);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "dimensions %s are beyond 64 bits".formatted(Arrays.toString(dimensions)), e);
    }
  }

  private static long bytes(TensorType type, long[] dimensions) {
    return Math.multiplyExact(
        Tensor.elements(dimensions) / type.blockValues(), (long) type.blockBytes());
  }

  @Override
  public long[] dimensions() {
    return dimensions.clone();
  }

  /** The dimensions as other formats have them: the length of a row last. */
  public long[] shape() {
    long[] shape = new long[dimensions.length];
    for (int i = 0; i < shape.length; i++) shape[i] = dimensions[shape.length - 1 - i];
    return shape;
  }

  /**
   * Values of a row: of a scalar, one.
   *
   * @throws IllegalArgumentException if they are more than an array holds
   */
  public int columns() {
    long columns = dimensions.length == 0 ? 1 : dimensions[0];
    if (columns > Integer.MAX_VALUE - 8)
      throw new IllegalArgumentException("%s has rows of %d values".formatted(name, columns));
    return (int) columns;
  }

  /** Rows, through all dimensions but the first: of a vector, one. */
  public long rows() {
    long rows = 1;
    for (int i = 1; i < dimensions.length; i++) rows *= dimensions[i];
    return rows;
  }

  /** The same tensor stored as another type. */
  public TensorInfo as(TensorType other) {
    return new TensorInfo(name, other, dimensions);
  }

  /** Bytes of all blocks. */
  public long byteSize() {
    return bytes(type, dimensions);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorInfo info
        && name.equals(info.name)
        && type.equals(info.type)
        && Arrays.equals(dimensions, info.dimensions);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(dimensions);
  }

  @Override
  public String toString() {
    return "%s %s%s".formatted(name, type, Arrays.toString(dimensions));
  }
}
