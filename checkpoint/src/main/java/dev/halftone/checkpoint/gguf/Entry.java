package dev.halftone.checkpoint.gguf;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.StoredBytes;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * What a header says about one tensor.
 *
 * @param offset of its first byte, from where the data starts
 * @param at where in the file it is said
 */
record Entry(TensorInfo info, long offset, long at) {
  /** Tensors without bytes before the one that starts where they lie. */
  static final Comparator<Entry> BY_OFFSET =
      Comparator.comparingLong(Entry::offset).thenComparingLong(entry -> entry.info().byteSize());

  static Entry read(Path path, Cursor cursor) {
    long at = cursor.position();
    String name = cursor.name("a tensor name");
    int rank = cursor.int32("number of dimensions");
    if (rank < 0 || rank > TensorInfo.MOST_DIMENSIONS)
      throw malformed(
          path,
          at,
          name,
          "%s dimensions, expected at most %d"
              .formatted(Integer.toUnsignedString(rank), TensorInfo.MOST_DIMENSIONS));
    long[] dimensions = new long[rank];
    for (int i = 0; i < rank; i++) dimensions[i] = cursor.int64("a dimension");
    long typeAt = cursor.position();
    int id = cursor.int32("type of a tensor");
    TensorType type =
        TensorType.ofId(id)
            .orElseThrow(
                () ->
                    new UnsupportedModelException(
                        path + " at byte " + typeAt,
                        "tensor \"%s\" has the unknown type %s"
                            .formatted(name, Integer.toUnsignedString(id))));
    long offset = cursor.int64("offset of a tensor");
    try {
      return new Entry(new TensorInfo(name, type, dimensions), offset, at);
    } catch (IllegalArgumentException e) {
      throw malformed(path, at, name, String.valueOf(e.getMessage()));
    }
  }

  String name() {
    return info.name();
  }

  /**
   * Byte after the last, after it was seen that the data has it.
   *
   * @param available bytes of the data
   */
  long end(Path path, long available) {
    long bytes = info.byteSize();
    if (offset < 0 || offset > available || bytes > available - offset)
      throw malformed(
          path,
          "%d bytes at offset %s, the file has %d from there on"
              .formatted(
                  bytes,
                  Long.toUnsignedString(offset),
                  offset < 0 ? 0 : Math.max(0, available - offset)));
    return offset + bytes;
  }

  GgufTensor tensor(Path path, StoredBytes data, ByteOrder order) {
    if (order != ByteOrder.LITTLE_ENDIAN && !BlockFields.known(info.type()))
      throw new UnsupportedModelException(
          path + " at byte " + at,
          "tensor \"%s\" has the type %s in a big-endian file".formatted(name(), info.type()));
    return new GgufTensor(info, data.slice(offset, info.byteSize()), order);
  }

  MalformedModelException malformed(Path path, String problem) {
    return malformed(path, at, name(), problem);
  }

  private static MalformedModelException malformed(
      Path path, long at, String name, String problem) {
    return new MalformedModelException(
        path, "byte " + at, "tensor \"%s\": %s".formatted(name, problem));
  }
}
