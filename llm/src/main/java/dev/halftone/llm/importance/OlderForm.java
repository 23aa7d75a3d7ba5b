package dev.halftone.llm.importance;

import dev.halftone.graph.MalformedModelException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Reads importance weights from the form that was written before there was one in GGUF. */
final class OlderForm {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Bytes of an entry with an empty name and one value. */
  private static final int LEAST_ENTRY = 3 * Integer.BYTES + Float.BYTES;

  private final Path file;
  private final MemorySegment bytes;
  private long position;

  private OlderForm(Path file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  static ImportanceMatrix read(Path file, MemorySegment bytes) {
    OlderForm form = new OlderForm(file, bytes);
    SequencedMap<String, Entry> entries = form.entries();
    long chunks = form.left() == 0 ? 0 : Math.max(0, form.number("number of chunks"));
    List<String> datasets = form.left() == 0 ? List.of() : form.dataset();
    return ImportanceMatrix.of(file, ImportanceMatrix.Unit.CALLS, datasets, chunks, entries);
  }

  private SequencedMap<String, Entry> entries() {
    int count = count(1, LEAST_ENTRY, "number of entries");
    SequencedMap<String, Entry> entries = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      long at = position;
      String name = text("name");
      if (entries.put(name, entry(name)) != null)
        throw malformed(at, "a second entry for \"%s\"".formatted(name));
    }
    return entries;
  }

  /** Values are means times the calls; without calls, means. */
  private Entry entry(String name) {
    int calls = number("number of calls");
    int values = count(1, Float.BYTES, "number of values");
    long at = position;
    MemorySegment sums = take((long) values * Float.BYTES, "values");
    try {
      return new Entry(sums, ByteOrder.LITTLE_ENDIAN, new float[] {Math.max(1, calls)});
    } catch (IllegalArgumentException e) {
      throw malformed(at, "\"%s\": %s".formatted(name, e.getMessage()));
    }
  }

  private List<String> dataset() {
    String name = text("name of the data set");
    return name.isEmpty() ? List.of() : List.of(name);
  }

  private String text(String what) {
    int length = count(0, 1, "length of the " + what);
    long at = position;
    try {
      var text = take(length, what).asByteBuffer();
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw malformed(at, "the %s is not UTF-8".formatted(what));
    }
  }

  /** A number of things of which each takes {@code bytes} or more. */
  private int count(int least, int bytes, String what) {
    long at = position;
    int count = number(what);
    if (count < least || count > left() / bytes)
      throw malformed(
          at,
          "%s is %d, expected %d or more, for which the file has %d more bytes"
              .formatted(what, count, least, left()));
    return count;
  }

  private int number(String what) {
    return take(Integer.BYTES, what).get(INT, 0);
  }

  private MemorySegment take(long length, String what) {
    if (length > left())
      throw malformed(
          position, "%s of %d bytes, the file has %d more".formatted(what, length, left()));
    MemorySegment taken = bytes.asSlice(position, length);
    position += length;
    return taken;
  }

  private long left() {
    return bytes.byteSize() - position;
  }

  private MalformedModelException malformed(long at, String problem) {
    return new MalformedModelException(file, "byte " + at, problem);
  }
}
