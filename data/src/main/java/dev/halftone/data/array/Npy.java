package dev.halftone.data.array;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.source.Column;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** NumPy arrays as columns. */
public final class Npy {
  private Npy() {}

  /**
   * The array of a {@code .npy} file, memory-mapped.
   *
   * @throws dev.halftone.graph.MalformedDataException if the header lies or the type is not one
   *     that models take
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Column open(Path file) {
    return column(file, DataFiles.map(file));
  }

  static ArrayColumn column(Object file, MemorySegment data) {
    NpyHeader header = NpyHeader.parse(file, data);
    return ArrayColumn.filling(
        file,
        data.asSlice(header.dataOffset()),
        header.dtype(),
        header.order(),
        header.shape(),
        header.byColumns());
  }
}
