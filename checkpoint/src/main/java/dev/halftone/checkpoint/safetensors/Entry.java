package dev.halftone.checkpoint.safetensors;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.StoredBytes;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;

/**
 * What the header says about one tensor.
 *
 * @param begin first byte in the buffer
 * @param end byte after the last
 * @param at where in the file it is said
 */
record Entry(String name, DType dtype, long[] shape, long begin, long end, long at) {
  /** Tensors without bytes before the one that starts where they lie. */
  static final Comparator<Entry> BY_OFFSET =
      Comparator.comparingLong(Entry::begin)
          .thenComparingLong(Entry::end)
          .thenComparing(Entry::name);

  /**
   * Checks what can be seen without the buffer.
   *
   * @throws MalformedModelException if the bytes are not those that type and shape take
   */
  void check(Path file) {
    if (begin < 0 || end < begin)
      throw malformed(file, "offsets [%d, %d], expected 0 <= begin <= end".formatted(begin, end));
    long bytes = bytes(file);
    if (bytes != end - begin) {
      throw malformed(
          file,
          "%d bytes, expected %d for %s%s"
              .formatted(end - begin, bytes, dtype, Arrays.toString(shape)));
    }
  }

  private long bytes(Path file) {
    for (long dimension : shape)
      if (dimension < 0) throw malformed(file, "a dimension of " + dimension);
    try {
      long count = Tensor.elements(shape);
      if (dtype.bits() < 8 && Math.multiplyExact(count, (long) dtype.bits()) % 8 != 0)
        throw malformed(file, "%d elements of %s are not whole bytes".formatted(count, dtype));
      return dtype.bytes(count);
    } catch (ArithmeticException e) {
      throw malformed(file, "shape %s is beyond 64 bits".formatted(Arrays.toString(shape)));
    }
  }

  Tensor tensor(StoredBytes buffer) {
    return Tensor.of(dtype, shape, buffer.slice(begin, end - begin));
  }

  MalformedModelException malformed(Path file, String problem) {
    return new MalformedModelException(
        file, "byte " + at, "tensor \"%s\": %s".formatted(name, problem));
  }
}
