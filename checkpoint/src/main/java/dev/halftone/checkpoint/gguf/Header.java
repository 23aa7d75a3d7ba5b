package dev.halftone.checkpoint.gguf;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The header of one file.
 *
 * @param start byte of the file from which offsets count
 */
record Header(
    ByteOrder order,
    SequencedMap<String, MetadataValue> metadata,
    List<Entry> entries,
    long start) {
  static final MemorySegment MAGIC =
      MemorySegment.ofArray("GGUF".getBytes(StandardCharsets.US_ASCII));

  static final int VERSION = 3;
  private static final int OLDEST_VERSION = 2;

  /** "Key length, value type, and the shortest value." */
  private static final int LEAST_KEY = Long.BYTES + Integer.BYTES + 1;

  /** Length of the name, number of dimensions, type, offset. */
  private static final int LEAST_TENSOR = Long.BYTES + Integer.BYTES + Integer.BYTES + Long.BYTES;

  static Header read(Path path, MemorySegment file) {
    ByteOrder order = order(path, file);
    Cursor cursor = new Cursor(path, file, order);
    cursor.take(MAGIC.byteSize() + Integer.BYTES, "magic and version");
    long tensors = cursor.count(LEAST_TENSOR, "number of tensors");
    long keys = cursor.count(LEAST_KEY, "number of metadata keys");
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>();
    long alignment = Alignment.DEFAULT;
    for (long i = 0; i < keys; i++) {
      long at = cursor.position();
      String key = cursor.name("a metadata key");
      MetadataValue value = cursor.value(cursor.valueType());
      if (metadata.put(key, value) != null)
        throw cursor.malformed(at, "metadata key \"%s\" a second time".formatted(key));
      if (key.equals(Alignment.KEY)) alignment = alignment(cursor, at, value);
    }
    List<Entry> entries = entries(path, cursor, tensors, alignment);
    return new Header(order, metadata, entries, Alignment.up(cursor.position(), alignment));
  }

  /** The order in which the version makes sense. */
  private static ByteOrder order(Path path, MemorySegment file) {
    long start = MAGIC.byteSize();
    if (file.byteSize() < start + Integer.BYTES)
      throw new MalformedModelException(
          path, "byte 0", "%d bytes, expected a header".formatted(file.byteSize()));
    if (file.asSlice(0, start).mismatch(MAGIC) >= 0)
      throw new MalformedModelException(path, "byte 0", "does not start with GGUF");
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      int version = file.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), start);
      if (version >= OLDEST_VERSION && version <= VERSION) return order;
    }
    int version = file.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 4);
    throw new UnsupportedModelException(
        path + " at byte " + start,
        "version %s, expected %d or %d"
            .formatted(Integer.toUnsignedString(version), OLDEST_VERSION, VERSION));
  }

  private static long alignment(Cursor cursor, long at, MetadataValue value) {
    try {
      return Alignment.of(value);
    } catch (IllegalArgumentException e) {
      throw cursor.malformed(at, String.valueOf(e.getMessage()));
    }
  }

  private static List<Entry> entries(Path path, Cursor cursor, long count, long alignment) {
    List<Entry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (long i = 0; i < count; i++) {
      Entry entry = Entry.read(path, cursor);
      if (!names.add(entry.name())) throw entry.malformed(path, "the name a second time");
      if (entry.offset() % alignment != 0)
        throw entry.malformed(
            path,
            "offset %s, expected a multiple of %d"
                .formatted(Long.toUnsignedString(entry.offset()), alignment));
      entries.add(entry);
    }
    return entries;
  }
}
