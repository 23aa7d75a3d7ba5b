package dev.halftone.quantize.scope;

import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Matrices with rows and columns exchanged, as {@code Transpose} with {@code perm} 1, 0 does. */
public final class TurnedMatrix {
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private TurnedMatrix() {}

  /** Whether the tensor has two dimensions, and few enough elements of whole bytes. */
  public static boolean canBe(Tensor tensor) {
    return tensor.rank() == 2
        && tensor.dtype().bits() % 8 == 0
        && tensor.byteSize() <= LONGEST_ARRAY;
  }

  /**
   * The matrix {@code [C, R]} of one {@code [R, C]}, of the same element type.
   *
   * @throws IllegalArgumentException if it is none that {@link #canBe}
   */
  public static Tensor of(Tensor matrix) {
    if (!canBe(matrix)) throw new IllegalArgumentException(matrix.toString());
    byte[] turned = new byte[Math.toIntExact(matrix.byteSize())];
    int size = matrix.dtype().bits() / 8;
    int rows = Math.toIntExact(matrix.dimension(0));
    int columns = Math.toIntExact(matrix.dimension(1));
    // Row by row, so that there is no second copy of the whole.
    byte[] line = new byte[columns * size];
    for (int row = 0; row < rows; row++) {
      long at = (long) row * line.length;
      MemorySegment.copy(matrix.data(), ValueLayout.JAVA_BYTE, at, line, 0, line.length);
      for (int column = 0; column < columns; column++)
        System.arraycopy(line, column * size, turned, (column * rows + row) * size, size);
    }
    return Tensor.ofBytes(matrix.dtype(), turned, columns, rows);
  }
}
