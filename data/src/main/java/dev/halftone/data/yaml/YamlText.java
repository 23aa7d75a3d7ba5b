package dev.halftone.data.yaml;

import dev.halftone.graph.MalformedDataException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The characters of a YAML file. */
final class YamlText {
  private static final int BYTE_ORDER_MARK = 0xFEFF;
  private static final int NEXT_LINE = 0x85;

  private YamlText() {}

  /**
   * Decodes UTF-8, a byte order mark left out.
   *
   * @throws MalformedDataException naming the line of the first byte that is no UTF-8, or of the
   *     first character that YAML does not allow (YAML 1.2.2, section 5.1)
   */
  static String decode(Path file, byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer characters = CharBuffer.allocate(bytes.length);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CoderResult result = decoder.decode(in, characters, true);
    String text = characters.flip().toString();
    if (result.isError())
      throw new MalformedDataException(
          file,
          line(text),
          "byte 0x%02x at offset %d is not UTF-8, expected text in UTF-8"
              .formatted(bytes[in.position()] & 0xFF, in.position()));
    requirePrintable(file, text);
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static void requirePrintable(Path file, String text) {
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int character = text.codePointAt(i);
      if (isAllowed(character)) continue;
      throw new MalformedDataException(
          file,
          line(text.substring(0, i)),
          "character U+%04X, expected what can be printed".formatted(character));
    }
  }

  private static boolean isAllowed(int character) {
    return character == '\t'
        || character == '\n'
        || character == '\r'
        || character == NEXT_LINE
        || character == BYTE_ORDER_MARK
        || !Character.isISOControl(character) && character != 0xFFFE && character != 0xFFFF;
  }

  /** The line on which the text ends. */
  private static String line(String text) {
    return "line " + (text + ".").lines().count();
  }
}
