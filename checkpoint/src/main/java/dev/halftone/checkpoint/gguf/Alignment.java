package dev.halftone.checkpoint.gguf;

import java.util.Map;

/** What offsets of tensors are multiples of. */
final class Alignment {
  static final String KEY = "general.alignment";

  /** "If not specified, it defaults to 32." */
  static final long DEFAULT = 32;

  private Alignment() {}

  static long of(Map<String, MetadataValue> metadata) {
    MetadataValue value = metadata.get(KEY);
    return value == null ? DEFAULT : of(value);
  }

  /**
   * @throws IllegalArgumentException if it is no UINT32 or no power of two
   */
  static long of(MetadataValue value) {
    if (value.type() != ValueType.UINT32)
      throw new IllegalArgumentException("%s is %s, expected UINT32".formatted(KEY, value.type()));
    long alignment = value.asLong();
    if (Long.bitCount(alignment) != 1)
      throw new IllegalArgumentException(
          "%s is %d, expected a power of two".formatted(KEY, alignment));
    return alignment;
  }

  /**
   * The next multiple.
   *
   * @throws ArithmeticException if it does not fit a long
   */
  static long up(long position, long alignment) {
    return Math.addExact(position, alignment - 1) / alignment * alignment;
  }
}
