package dev.halftone.checkpoint.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Copies a metadata value from big-endian to little-endian bytes. */
final class ByteTurner {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final MemorySegment from;
  private final MemorySegment to;
  private long position;

  /**
   * @param from a whole value, seen to be sound
   */
  ByteTurner(MemorySegment from, MemorySegment to) {
    this.from = from;
    this.to = to;
  }

  void value(ValueType type) {
    switch (type) {
      case STRING -> text();
      case ARRAY -> array();
      default -> turn(type.bytes());
    }
  }

  private void text() {
    long length = from.get(LONG, position);
    turn(Long.BYTES);
    MemorySegment.copy(from, position, to, position, length);
    position += length;
  }

  private void array() {
    ValueType elements = ValueType.ofId(from.get(INT, position)).orElseThrow();
    turn(Integer.BYTES);
    long count = from.get(LONG, position);
    turn(Long.BYTES);
    for (long i = 0; i < count; i++) value(elements);
  }

  private void turn(int width) {
    for (int i = 0; i < width; i++) {
      byte moved = from.get(ValueLayout.JAVA_BYTE, position + i);
      to.set(ValueLayout.JAVA_BYTE, position + width - 1 - i, moved);
    }
    position += width;
  }
}
