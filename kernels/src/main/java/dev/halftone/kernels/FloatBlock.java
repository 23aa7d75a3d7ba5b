package dev.halftone.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Some floats in the nearest cache, and room for their bits. The compiler of JDK 25 vectorises a
 * loop over floats and a loop over ints, but none that goes from one to the other by {@link
 * Float#floatToRawIntBits}, and none between two float arrays at different places, which might be
 * the same array. So loops run over a block in turns, each in place, and between them the block is
 * copied.
 */
final class FloatBlock {
  /** Elements at most: with their bits 8 KB. */
  static final int SIZE = 1024;

  final float[] values;
  final int[] bits;
  private final MemorySegment valueBytes;
  private final MemorySegment bitBytes;

  /** Room for as many elements as {@code length} needs at a time. */
  FloatBlock(int length) {
    values = new float[Math.min(SIZE, length)];
    bits = new int[values.length];
    valueBytes = MemorySegment.ofArray(values);
    bitBytes = MemorySegment.ofArray(bits);
  }

  /** Fills in {@code x[from, from + count)}. */
  void load(float[] x, int from, int count) {
    System.arraycopy(x, from, values, 0, count);
  }

  /**
   * Fills in {@code x[from, from + count) / scale}, and what is beyond ±{@code limit} with that.
   */
  void divide(float[] x, int from, int count, float scale, float limit) {
    load(x, from, count);
    for (int i = 0; i < count; i++) values[i] /= scale;
    if (limit == Float.POSITIVE_INFINITY) return;
    for (int i = 0; i < count; i++) values[i] = Math.min(Math.max(values[i], -limit), limit);
  }

  /** Copies the bits of the first {@code count} values. */
  void takeBits(int count) {
    MemorySegment.copy(valueBytes, 0, bitBytes, 0, 4L * count);
  }

  /** The low byte of each of the bits. */
  void storeBytes(int count, byte[] out, int at) {
    for (int i = 0; i < count; i++) out[at + i] = (byte) bits[i];
  }

  /** The low half of each of the bits. */
  void storeShorts(int count, short[] out, int at) {
    for (int i = 0; i < count; i++) out[at + i] = (short) bits[i];
  }
}
