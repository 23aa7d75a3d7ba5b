package dev.halftone.checkpoint.safetensors;

import dev.halftone.graph.MalformedModelException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The header of a file.
 *
 * @param entries in the order in which they are written
 * @param end byte of the file where the buffer starts
 */
record Header(Map<String, String> metadata, List<Entry> entries, long end) {
  /** "8 bytes: N, an unsigned little-endian 64-bit integer, containing the size of the header." */
  static final int SIZE = 8;

  /**
   * "There is a limit on the size of the header of 100 MB to prevent parsing extremely large JSON."
   */
  static final long LARGEST = 100_000_000;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static Header read(Path path, MemorySegment file) {
    if (file.byteSize() < SIZE)
      throw malformed(path, 0, "%d bytes, expected a header".formatted(file.byteSize()));
    long size = file.get(LONG, 0);
    if (size < 0 || size > LARGEST) {
      throw malformed(
          path,
          0,
          "a header of %s bytes, expected at most %d"
              .formatted(Long.toUnsignedString(size), LARGEST));
    }
    if (size > file.byteSize() - SIZE) {
      throw malformed(
          path, 0, "a header of %d bytes, the file has %d".formatted(size, file.byteSize() - SIZE));
    }
    return parse(path, file.asSlice(SIZE, size).toArray(ValueLayout.JAVA_BYTE));
  }

  private static Header parse(Path path, byte[] json) {
    // "The header data MUST begin with a { character (0x7B)."
    if (json.length == 0 || json[0] != '{')
      throw malformed(path, SIZE, "the header does not start with {");
    HeaderParser parser = new HeaderParser(path, text(path, json), SIZE);
    parser.parse();
    return new Header(parser.metadata(), parser.entries(), SIZE + (long) json.length);
  }

  private static String text(Path path, byte[] json) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    } catch (CharacterCodingException e) {
      throw malformed(path, SIZE, "the header is not UTF-8");
    }
  }

  private static MalformedModelException malformed(Path path, long at, String problem) {
    return new MalformedModelException(path, "byte " + at, problem);
  }
}
