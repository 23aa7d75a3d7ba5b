package dev.halftone.checkpoint.gguf;

import dev.halftone.graph.MalformedModelException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads fields one after the other, none before its bytes are known to be there. */
final class Cursor {
  /** "The key … can be at most 2^16-1 bytes long." */
  static final long LONGEST_NAME = (1 << 16) - 1;

  /** The longest that Java can hold. */
  private static final long LONGEST_TEXT = Integer.MAX_VALUE - 8;

  /** More arrays in one another than anybody has; each costs a frame of the stack. */
  private static final int DEEPEST_ARRAY = 32;

  private final Object source;
  private final MemorySegment bytes;
  private final ByteOrder order;
  private final ValueLayout.OfInt wholeInt;
  private final ValueLayout.OfLong wholeLong;
  private long position;

  /**
   * @param source what errors name
   */
  Cursor(Object source, MemorySegment bytes, ByteOrder order) {
    this.source = source;
    this.bytes = bytes;
    this.order = order;
    this.wholeInt = ValueLayout.JAVA_INT_UNALIGNED.withOrder(order);
    this.wholeLong = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order);
  }

  long position() {
    return position;
  }

  private long left() {
    return bytes.byteSize() - position;
  }

  int int32(String what) {
    return take(Integer.BYTES, what).get(wholeInt, 0);
  }

  long int64(String what) {
    return take(Long.BYTES, what).get(wholeLong, 0);
  }

  /** The next {@code length} bytes, unsigned. */
  MemorySegment take(long length, String what) {
    if (length < 0 || length > left())
      throw malformed(
          position,
          "%s of %s bytes, the file has %d more"
              .formatted(what, Long.toUnsignedString(length), left()));
    MemorySegment taken = bytes.asSlice(position, length);
    position += length;
    return taken;
  }

  /** A number of things of which each takes {@code least} bytes or more. */
  long count(int least, String what) {
    long at = position;
    long count = int64(what);
    if (count < 0 || count > left() / least)
      throw malformed(
          at,
          "%s is %s, the file has %d more bytes"
              .formatted(what, Long.toUnsignedString(count), left()));
    return count;
  }

  String name(String what) {
    long at = position;
    long length = int64("length of " + what);
    if (Long.compareUnsigned(length, LONGEST_NAME) > 0)
      throw malformed(
          at,
          "%s of %s bytes, expected at most %d"
              .formatted(what, Long.toUnsignedString(length), LONGEST_NAME));
    ByteBuffer text = take(length, what).asByteBuffer();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw malformed(at + Long.BYTES, what + " is not UTF-8");
    }
  }

  ValueType valueType() {
    long at = position;
    int id = int32("type of a value");
    return ValueType.ofId(id)
        .orElseThrow(
            () ->
                malformed(
                    at, "value type %s, expected 0 to 12".formatted(Integer.toUnsignedString(id))));
  }

  /** The bytes of a value, all of whose parts were seen to be there. */
  MetadataValue value(ValueType type) {
    long begin = position;
    skip(type, 0);
    return new MetadataValue(type, bytes.asSlice(begin, position - begin), order);
  }

  private void skip(ValueType type, int depth) {
    switch (type) {
      case STRING -> skipText();
      case ARRAY -> skipArray(depth);
      case BOOL -> skipBoolean();
      default -> take(type.bytes(), "a value");
    }
  }

  private void skipText() {
    long at = position;
    long length = int64("length of a string");
    if (Long.compareUnsigned(length, LONGEST_TEXT) > 0)
      throw malformed(
          at,
          "a string of %s bytes, expected at most %d"
              .formatted(Long.toUnsignedString(length), LONGEST_TEXT));
    take(length, "a string");
  }

  /** "1-byte value where 0 is false and 1 is true. Anything else is invalid." */
  private void skipBoolean() {
    long at = position;
    byte value = take(1, "a boolean").get(ValueLayout.JAVA_BYTE, 0);
    if (value != 0 && value != 1)
      throw malformed(at, "a boolean of %d, expected 0 or 1".formatted(value & 0xFF));
  }

  private void skipArray(int depth) {
    long at = position;
    if (depth == DEEPEST_ARRAY)
      throw malformed(at, "more than %d arrays in one another".formatted(DEEPEST_ARRAY));
    ValueType elements = valueType();
    long count = count(elements.leastBytes(), "number of array elements");
    switch (elements) {
      case STRING, ARRAY, BOOL -> {
        for (long i = 0; i < count; i++) skip(elements, depth + 1);
      }
      default -> take(count * elements.bytes(), "an array");
    }
  }

  MalformedModelException malformed(long at, String problem) {
    return new MalformedModelException(source, "byte " + at, problem);
  }
}
