package dev.halftone.maven;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * The files in which an ONNX model keeps weights, relative to its folder: the values of the keys
 * {@code location} in it. A key and its value are fields 1 and 2 of a {@code
 * StringStringEntryProto} and are written one behind the other, so they are found without reading
 * the rest.
 */
final class ExternalWeights {
  private static final String KEY = "\n\blocation\u0012";

  /** The bytes of a path are counted by no more than two of a variable-length integer. */
  private static final int LONGEST = 1 << 14;

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int next;
  private int end;

  private ExternalWeights(InputStream in) {
    this.in = in;
  }

  static Set<String> of(Path model) throws IOException {
    try (InputStream in = Files.newInputStream(model)) {
      return new ExternalWeights(in).locations();
    }
  }

  /**
   * Since its first byte is nowhere else in the key, a key that breaks off needs no second look.
   */
  private Set<String> locations() throws IOException {
    Set<String> found = new TreeSet<>();
    int matched = 0;
    for (int b = read(); b >= 0; b = read()) {
      if (b == KEY.charAt(matched)) matched++;
      else matched = b == KEY.charAt(0) ? 1 : 0;
      if (matched < KEY.length()) continue;
      matched = 0;
      String value = value();
      if (!value.isEmpty()) found.add(value);
    }
    return found;
  }

  private String value() throws IOException {
    int low = read();
    int high = low < 0x80 ? 0 : read();
    int length = (low & 0x7F) | high << 7;
    if (low < 0 || high < 0 || length >= LONGEST) return "";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(length);
    for (int b = -1; bytes.size() < length && (b = read()) >= 0; ) bytes.write(b);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** The next byte, or -1 at the end. */
  private int read() throws IOException {
    if (next == end) {
      end = in.read(buffer);
      next = 0;
      if (end <= 0) {
        end = 0;
        return -1;
      }
    }
    return buffer[next++] & 0xFF;
  }
}
