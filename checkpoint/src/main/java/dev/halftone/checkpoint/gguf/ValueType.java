package dev.halftone.checkpoint.gguf;

import java.util.List;
import java.util.Optional;

/** Types of metadata values, in the order of their numbers in a file. */
public enum ValueType {
  UINT8(1, 1),
  INT8(1, 1),
  UINT16(2, 2),
  INT16(2, 2),
  UINT32(4, 4),
  INT32(4, 4),
  FLOAT32(4, 4),
  BOOL(1, 1),
  STRING(0, 8),
  ARRAY(0, 12),
  UINT64(8, 8),
  INT64(8, 8),
  FLOAT64(8, 8);

  private static final List<ValueType> ALL = List.of(values());

  private final int bytes;
  private final int leastBytes;

  ValueType(int bytes, int leastBytes) {
    this.bytes = bytes;
    this.leastBytes = leastBytes;
  }

  static Optional<ValueType> ofId(int id) {
    return id >= 0 && id < ALL.size() ? Optional.of(ALL.get(id)) : Optional.empty();
  }

  /** Number of the type in a file. */
  int id() {
    return ordinal();
  }

  /** Bytes of every value; 0 for strings and arrays, which differ. */
  int bytes() {
    return bytes;
  }

  /** Bytes that no value is shorter than. */
  int leastBytes() {
    return leastBytes;
  }

  /** Whether values are whole numbers. */
  public boolean isInteger() {
    return switch (this) {
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
      case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
    };
  }
}
