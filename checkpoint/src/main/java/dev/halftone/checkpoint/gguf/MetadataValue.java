package dev.halftone.checkpoint.gguf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One value of the metadata, kept as the bytes that a file has for it, so that nothing is lost and
 * a list of a hundred thousand tokens takes no memory before it is asked for. Two are equal if type
 * and little-endian bytes are. Immutable.
 */
public final class MetadataValue {
  private final ValueType type;
  private final MemorySegment bytes;
  private final ByteOrder order;

  /**
   * @param bytes of a whole value of the type, seen to be sound
   */
  MetadataValue(ValueType type, MemorySegment bytes, ByteOrder order) {
    this.type = type;
    this.bytes = bytes.asReadOnly();
    this.order = order;
  }

  /**
   * A whole number.
   *
   * @throws IllegalArgumentException if the type is none of whole numbers, or does not hold it;
   *     UINT64 takes any as its 64 bits
   */
  public static MetadataValue of(ValueType type, long value) {
    if (!type.isInteger()) throw new IllegalArgumentException("a whole number as " + type);
    MetadataValue stored = little(type, buffer(Long.BYTES).putLong(0, value), type.bytes());
    if (stored.asLong() != value)
      throw new IllegalArgumentException("%d does not fit %s".formatted(value, type));
    return stored;
  }

  public static MetadataValue of(float value) {
    return little(
        ValueType.FLOAT32,
        buffer(Float.BYTES).putInt(0, Float.floatToRawIntBits(value)),
        Float.BYTES);
  }

  public static MetadataValue of(double value) {
    return little(
        ValueType.FLOAT64,
        buffer(Double.BYTES).putLong(0, Double.doubleToRawLongBits(value)),
        Double.BYTES);
  }

  public static MetadataValue of(boolean value) {
    return little(ValueType.BOOL, buffer(1).put(0, (byte) (value ? 1 : 0)), 1);
  }

  public static MetadataValue of(String value) {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = buffer(Math.addExact(Long.BYTES, text.length));
    bytes.putLong(text.length).put(text);
    return little(ValueType.STRING, bytes, bytes.capacity());
  }

  /**
   * An array.
   *
   * @throws IllegalArgumentException if an element has another type, or they are 2 GB and more
   */
  public static MetadataValue array(ValueType elementType, List<MetadataValue> elements) {
    long size = Integer.BYTES + Long.BYTES;
    for (MetadataValue element : elements) {
      if (element.type != elementType)
        throw new IllegalArgumentException(
            "%s in an array of %s".formatted(element.type, elementType));
      size += element.bytes.byteSize();
    }
    if (size > Integer.MAX_VALUE) throw new IllegalArgumentException("an array of 2 GB");
    ByteBuffer array = buffer((int) size).putInt(elementType.id()).putLong(elements.size());
    for (MetadataValue element : elements) array.put(element.littleEndian().asByteBuffer());
    return little(ValueType.ARRAY, array, (int) size);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static MetadataValue little(ValueType type, ByteBuffer bytes, int length) {
    return new MetadataValue(
        type, MemorySegment.ofArray(bytes.array()).asSlice(0, length), ByteOrder.LITTLE_ENDIAN);
  }

  public ValueType type() {
    return type;
  }

  /**
   * The whole number; of UINT64, its 64 bits.
   *
   * @throws IllegalStateException if it is none
   */
  public long asLong() {
    return switch (type) {
      case UINT8 -> bytes.get(ValueLayout.JAVA_BYTE, 0) & 0xFFL;
      case INT8 -> bytes.get(ValueLayout.JAVA_BYTE, 0);
      case UINT16 -> int16() & 0xFFFFL;
      case INT16 -> int16();
      case UINT32 -> int32() & 0xFFFFFFFFL;
      case INT32 -> int32();
      case UINT64, INT64 -> int64();
      case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> throw not("a whole number");
    };
  }

  /**
   * The number.
   *
   * @throws IllegalStateException if it is not of a type of floating point
   */
  public double asDouble() {
    return switch (type) {
      case FLOAT32 -> Float.intBitsToFloat(int32());
      case FLOAT64 -> Double.longBitsToDouble(int64());
      default -> throw not("a number of floating point");
    };
  }

  /**
   * @throws IllegalStateException if it is no boolean
   */
  public boolean asBoolean() {
    if (type != ValueType.BOOL) throw not("a boolean");
    return bytes.get(ValueLayout.JAVA_BYTE, 0) != 0;
  }

  /**
   * The text; bytes that are not UTF-8 come as the replacement character.
   *
   * @throws IllegalStateException if it is no string
   */
  public String asText() {
    if (type != ValueType.STRING) throw not("a string");
    byte[] text = bytes.asSlice(Long.BYTES).toArray(ValueLayout.JAVA_BYTE);
    return new String(text, StandardCharsets.UTF_8);
  }

  /**
   * Type of the elements.
   *
   * @throws IllegalStateException if it is no array
   */
  public ValueType elementType() {
    return array().valueType();
  }

  /**
   * Views of the elements, made when they are asked for.
   *
   * @throws IllegalStateException if it is no array
   */
  public List<MetadataValue> elements() {
    Cursor array = array();
    ValueType elementType = array.valueType();
    long count = array.count(elementType.leastBytes(), "number of array elements");
    List<MetadataValue> elements = new ArrayList<>();
    for (long i = 0; i < count; i++) elements.add(array.value(elementType));
    return elements;
  }

  private Cursor array() {
    if (type != ValueType.ARRAY) throw not("an array");
    return new Cursor("metadata", bytes, order);
  }

  /** The bytes as a little-endian file has them. */
  MemorySegment littleEndian() {
    if (order == ByteOrder.LITTLE_ENDIAN) return bytes;
    MemorySegment turned = Arena.ofAuto().allocate(bytes.byteSize());
    ByteTurner turner = new ByteTurner(bytes, turned);
    turner.value(type);
    return turned.asReadOnly();
  }

  private short int16() {
    return bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), 0);
  }

  private int int32() {
    return bytes.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), 0);
  }

  private long int64() {
    return bytes.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), 0);
  }

  private IllegalStateException not(String expected) {
    return new IllegalStateException("the value is %s, expected %s".formatted(type, expected));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MetadataValue value
        && type == value.type
        && littleEndian().mismatch(value.littleEndian()) < 0;
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + Long.hashCode(bytes.byteSize());
  }

  @Override
  public String toString() {
    return switch (type) {
      case STRING -> asText();
      case BOOL -> Boolean.toString(asBoolean());
      case FLOAT32 -> Float.toString((float) asDouble());
      case FLOAT64 -> Double.toString(asDouble());
      case UINT64 -> Long.toUnsignedString(asLong());
      case ARRAY -> "array of %s, %d bytes".formatted(elementType(), bytes.byteSize());
      default -> Long.toString(asLong());
    };
  }
}
