package dev.halftone.data.array;

import dev.halftone.data.file.Inflated;
import dev.halftone.data.source.Column;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * IDX files as the MNIST data set has them: two zero bytes, a type byte, the number of axes, the
 * size of each axis as a big-endian int, and the elements, big-endian, in row-major order.
 */
public final class Idx {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private Idx() {}

  /**
   * The array of an IDX file: memory-mapped, or inflated when the name ends in {@code .gz}.
   *
   * @throws MalformedDataException if header and size do not agree
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Column open(Path file) {
    MemorySegment data = Inflated.open(file);
    if (data.byteSize() < 4) throw cut(file, data);
    if (data.get(ValueLayout.JAVA_BYTE, 0) != 0 || data.get(ValueLayout.JAVA_BYTE, 1) != 0) {
      throw new MalformedDataException(file, "byte 0", "not IDX: it does not start with two zeros");
    }
    DType dtype = dtype(file, data.get(ValueLayout.JAVA_BYTE, 2));
    int axes = data.get(ValueLayout.JAVA_BYTE, 3) & 0xFF;
    if (data.byteSize() < 4 + 4L * axes) throw cut(file, data);
    long[] shape = new long[axes];
    for (int axis = 0; axis < axes; axis++)
      shape[axis] = data.get(INT, 4 + 4L * axis) & 0xFFFFFFFFL;
    MemorySegment elements = data.asSlice(4 + 4L * axes);
    return ArrayColumn.filling(file, elements, dtype, ByteOrder.BIG_ENDIAN, shape, false);
  }

  private static MalformedDataException cut(Path file, MemorySegment data) {
    return new MalformedDataException(
        file, "byte " + data.byteSize(), "the file ends within the IDX header");
  }

  private static DType dtype(Path file, byte code) {
    return switch (code) {
      case 0x08 -> DType.UINT8;
      case 0x09 -> DType.INT8;
      case 0x0B -> DType.INT16;
      case 0x0C -> DType.INT32;
      case 0x0D -> DType.FLOAT32;
      case 0x0E -> DType.FLOAT64;
      default ->
          throw new MalformedDataException(
              file,
              "byte 2",
              "element type 0x%02x, expected 08, 09, 0b, 0c, 0d or 0e".formatted(code));
    };
  }
}
