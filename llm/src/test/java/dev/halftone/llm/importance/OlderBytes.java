package dev.halftone.llm.importance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the older form of importance weights, sound or not. */
final class OlderBytes {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  OlderBytes number(int value) {
    for (int i = 0; i < Integer.BYTES; i++) bytes.write(value >> i * Byte.SIZE);
    return this;
  }

  OlderBytes raw(int value) {
    bytes.write(value);
    return this;
  }

  OlderBytes text(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    number(encoded.length);
    bytes.writeBytes(encoded);
    return this;
  }

  /** Their number and they. */
  OlderBytes floats(float... values) {
    number(values.length);
    for (float value : values) number(Float.floatToRawIntBits(value));
    return this;
  }

  byte[] toArray() {
    return bytes.toByteArray();
  }
}
