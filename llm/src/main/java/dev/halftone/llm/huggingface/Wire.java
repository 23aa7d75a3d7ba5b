package dev.halftone.llm.huggingface;

import dev.halftone.graph.MalformedModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A message of protobuf, field by field. Source: the encoding's specification: a field is a number
 * {@code field << 3 | type} and, by type, a number of 7 bits a byte (0), 8 bytes (1), a length and
 * so many bytes (2), or 4 bytes (5).
 */
final class Wire {
  private static final int NUMBER = 0;
  private static final int EIGHT = 1;
  private static final int BYTES = 2;
  private static final int FOUR = 5;

  private final Path file;
  private final ByteBuffer bytes;
  private final int start;
  private long field;
  private int type;

  Wire(Path file, byte[] bytes) {
    this(file, ByteBuffer.wrap(bytes), 0);
  }

  private Wire(Path file, ByteBuffer bytes, int start) {
    this.file = file;
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    this.start = start;
  }

  /** Goes to the next field; false at the end. */
  boolean next() {
    if (!bytes.hasRemaining()) return false;
    long tag = varint();
    field = tag >>> 3;
    type = (int) (tag & 7);
    return true;
  }

  boolean is(int number) {
    return field == number;
  }

  long number() {
    expect(NUMBER);
    return varint();
  }

  float real() {
    expect(FOUR);
    need(Float.BYTES);
    return bytes.getFloat();
  }

  String text() {
    ByteBuffer text = slice();
    return StandardCharsets.UTF_8.decode(text).toString();
  }

  byte[] bytes() {
    ByteBuffer slice = slice();
    byte[] copy = new byte[slice.remaining()];
    slice.get(copy);
    return copy;
  }

  Wire message() {
    int at = start + bytes.position();
    ByteBuffer inner = slice();
    return new Wire(file, inner, at);
  }

  void skip() {
    switch (type) {
      case NUMBER -> varint();
      case EIGHT -> advance(Long.BYTES);
      case BYTES -> slice();
      case FOUR -> advance(Float.BYTES);
      default -> throw malformed("a field of type " + type);
    }
  }

  private ByteBuffer slice() {
    expect(BYTES);
    long length = varint();
    need(length);
    ByteBuffer slice = bytes.slice(bytes.position(), (int) length);
    bytes.position(bytes.position() + (int) length);
    return slice;
  }

  private void advance(int count) {
    need(count);
    bytes.position(bytes.position() + count);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      need(1);
      byte next = bytes.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) return value;
    }
    throw malformed("a number of more than 64 bits");
  }

  private void need(long count) {
    if (count < 0 || count > bytes.remaining())
      throw malformed("%d bytes, there are %d".formatted(count, bytes.remaining()));
  }

  private void expect(int expected) {
    if (type != expected)
      throw malformed("field %d is of type %d, expected %d".formatted(field, type, expected));
  }

  MalformedModelException malformed(String problem) {
    return new MalformedModelException(file, "byte " + (start + bytes.position()), problem);
  }
}
