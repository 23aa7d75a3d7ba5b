package dev.halftone.onnx;

import dev.halftone.graph.MalformedModelException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * Walks the fields of one protobuf message where it lies. Every length is checked against what is
 * left of the message, so a field can neither leave its message nor cause an allocation.
 */
final class WireFields {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int DELIMITED = 2;
  static final int FIXED32 = 5;

  private final Path file;
  private final MemorySegment bytes;
  private final long end;
  private long position;

  private long start;
  private int number;
  private int wireType;
  private long payload;
  private long value;

  /** The message in {@code bytes[from, to)}. */
  WireFields(Path file, MemorySegment bytes, long from, long to) {
    this.file = file;
    this.bytes = bytes;
    this.position = from;
    this.end = to;
  }

  /** Goes to the next field; false at the end of the message. */
  boolean next() {
    if (position == end) return false;
    start = position;
    long tag = varint();
    number = (int) (tag >>> 3);
    wireType = (int) (tag & 7);
    if (tag >>> 32 != 0 || number == 0)
      throw malformed("tag %d is not one of a field".formatted(tag));
    value = 0;
    switch (wireType) {
      case VARINT -> value = varint();
      case FIXED64 -> skip(8);
      case DELIMITED -> skip(varint());
      case FIXED32 -> skip(4);
      // Groups (3 and 4) were never part of ONNX.
      default ->
          throw malformed(
              "field %d has wire type %d, which ONNX does not use".formatted(number, wireType));
    }
    return true;
  }

  int number() {
    return number;
  }

  int wireType() {
    return wireType;
  }

  /** The value of a VARINT field. */
  long value() {
    return value;
  }

  /** Where the content of a DELIMITED field starts in the file. */
  long payload() {
    return payload;
  }

  /** Where the field ends in the file. */
  long fieldEnd() {
    return position;
  }

  /** The field as it lies in the file, tag included. */
  MemorySegment whole() {
    return bytes.asSlice(start, position - start);
  }

  private void skip(long length) {
    if (length < 0 || length > end - position) {
      throw malformed(
          "field %d takes %s bytes, only %d remain"
              .formatted(number, Long.toUnsignedString(length), end - position));
    }
    payload = position;
    position += length;
  }

  /** Base 128, low bits first; ten bytes at most. */
  private long varint() {
    long result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position == end) throw malformed("a number breaks off");
      byte octet = bytes.get(ValueLayout.JAVA_BYTE, position++);
      result |= (long) (octet & 0x7F) << shift;
      if (octet >= 0) return result;
    }
    throw malformed("a number of more than ten bytes");
  }

  private MalformedModelException malformed(String problem) {
    return new MalformedModelException(file, "byte " + start, problem);
  }
}
