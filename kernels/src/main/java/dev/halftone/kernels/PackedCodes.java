package dev.halftone.kernels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Packs and unpacks codes of 1 to 7 bits, eight at a time in a long: eight codes take as many bytes
 * as a code has bits. Two and four bits, which models are full of, have loops of their own.
 */
final class PackedCodes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long EACH_BYTE = 0x0101010101010101L;
  private static final long LOW_8 = 0x00FF00FF00FF00FFL;
  private static final long LOW_16 = 0x0000FFFF0000FFFFL;
  private static final long LOW_32 = 0x00000000FFFFFFFFL;

  private PackedCodes() {}

  static void pack(byte[] codes, int from, int to, int bits, byte[] out, int at) {
    int done =
        switch (bits) {
          case 4 -> pack4(codes, from, to, out, at);
          case 2 -> pack2(codes, from, to, out, at);
          default -> packAny(codes, from, to, bits, out, at);
        };
    if (done == to - from) return;
    long word = 0;
    int mask = (1 << bits) - 1;
    for (int i = to - 1; i >= from + done; i--) word = word << bits | codes[i] & mask;
    put(word, (to - from - done) * bits, out, at + done / 8 * bits);
  }

  static void unpack(
      byte[] packed, int at, int bits, boolean signed, byte[] codes, int from, int to) {
    int done =
        switch (bits) {
          case 4 -> unpack4(packed, at, signed, codes, from, to);
          case 2 -> unpack2(packed, at, signed, codes, from, to);
          default -> unpackAny(packed, at, bits, signed, codes, from, to);
        };
    if (done == to - from) return;
    long word = get((to - from - done) * bits, packed, at + done / 8 * bits);
    for (int i = from + done; i < to; i++, word >>>= bits) {
      int top = (int) word << 32 - bits;
      codes[i] = (byte) (signed ? top >> 32 - bits : top >>> 32 - bits);
    }
  }

  /** Writes the low {@code bits} of a word, the lowest byte first. */
  private static void put(long word, int bits, byte[] out, int at) {
    for (int shift = 0; shift < bits; shift += 8) out[at + shift / 8] = (byte) (word >>> shift);
  }

  private static long get(int bits, byte[] packed, int at) {
    long word = 0;
    for (int shift = 0; shift < bits; shift += 8) word |= (packed[at + shift / 8] & 0xFFL) << shift;
    return word;
  }

  /** Pulls pairs of bytes together, then pairs of those, and once more; done so far, of codes. */
  private static int packAny(byte[] codes, int from, int to, int bits, byte[] out, int at) {
    int count = (to - from) / 8 * 8;
    int end = at + count / 8 * bits;
    long masks = ((1L << bits) - 1) * EACH_BYTE;
    for (int i = 0; i < count; i += 8) {
      long word = (long) LONG.get(codes, from + i) & masks;
      word = word & LOW_8 | (word & ~LOW_8) >>> 8 - bits;
      word = word & LOW_16 | (word & ~LOW_16) >>> 16 - 2 * bits;
      word = word & LOW_32 | (word & ~LOW_32) >>> 32 - 4 * bits;
      int position = at + i / 8 * bits;
      // Eight bytes at once where what is too much is written over by what follows.
      if (position + 8 <= end) LONG.set(out, position, word);
      else put(word, 8 * bits, out, position);
    }
    return count;
  }

  /** The steps of {@link #packAny} backwards. */
  private static int unpackAny(
      byte[] packed, int at, int bits, boolean signed, byte[] codes, int from, int to) {
    int count = (to - from) / 8 * 8;
    int end = at + count / 8 * bits;
    long all = (1L << 8 * bits) - 1;
    long low1 = ((1L << bits) - 1) * 0x0001000100010001L;
    long low2 = ((1L << 2 * bits) - 1) * 0x0000000100000001L;
    long low4 = (1L << 4 * bits) - 1;
    long signs = (1L << bits - 1) * EACH_BYTE;
    int fill = 0x100 - (1 << bits) >> bits - 1;
    for (int i = 0; i < count; i += 8) {
      int position = at + i / 8 * bits;
      long word =
          position + 8 <= end
              ? (long) LONG.get(packed, position) & all
              : get(8 * bits, packed, position);
      word = word & low4 | (word & ~low4) << 32 - 4 * bits;
      word = word & low2 | (word & ~low2) << 16 - 2 * bits;
      word = word & low1 | (word & ~low1) << 8 - bits;
      LONG.set(codes, from + i, signed ? extended(word, signs, fill) : word);
    }
    return count;
  }

  private static int pack4(byte[] codes, int from, int to, byte[] out, int at) {
    int count = (to - from) / 8 * 8;
    for (int i = 0; i < count; i += 8)
      INT.set(out, at + i / 2, (int) pairs4((long) LONG.get(codes, from + i)));
    return count;
  }

  private static int pack2(byte[] codes, int from, int to, byte[] out, int at) {
    int count = (to - from) / 8 * 8;
    for (int i = 0; i < count; i += 8) {
      long nibbles = (long) LONG.get(codes, from + i) & 0x0303030303030303L;
      nibbles = (nibbles | nibbles >>> 6) & 0x000F000F000F000FL;
      nibbles = (nibbles | nibbles >>> 12) & 0x000000FF000000FFL;
      SHORT.set(out, at + i / 4, (short) (nibbles | nibbles >>> 24));
    }
    return count;
  }

  /** The low nibbles of eight bytes, side by side in the low half. */
  private static long pairs4(long bytes) {
    long nibbles = bytes & 0x0F0F0F0F0F0F0F0FL;
    nibbles = (nibbles | nibbles >>> 4) & 0x00FF00FF00FF00FFL;
    nibbles = (nibbles | nibbles >>> 8) & 0x0000FFFF0000FFFFL;
    return (nibbles | nibbles >>> 16) & 0xFFFFFFFFL;
  }

  private static int unpack4(
      byte[] packed, int at, boolean signed, byte[] codes, int from, int to) {
    int count = (to - from) / 8 * 8;
    for (int i = 0; i < count; i += 8) {
      long bytes = (int) INT.get(packed, at + i / 2) & 0xFFFFFFFFL;
      bytes = (bytes | bytes << 16) & 0x0000FFFF0000FFFFL;
      bytes = (bytes | bytes << 8) & 0x00FF00FF00FF00FFL;
      bytes = (bytes | bytes << 4) & 0x0F0F0F0F0F0F0F0FL;
      LONG.set(codes, from + i, signed ? extended(bytes, 0x0808080808080808L, 0x1E) : bytes);
    }
    return count;
  }

  private static int unpack2(
      byte[] packed, int at, boolean signed, byte[] codes, int from, int to) {
    int count = (to - from) / 8 * 8;
    for (int i = 0; i < count; i += 8) {
      long bytes = (short) SHORT.get(packed, at + i / 4) & 0xFFFFL;
      bytes = (bytes | bytes << 24) & 0x000000FF000000FFL;
      bytes = (bytes | bytes << 12) & 0x000F000F000F000FL;
      bytes = (bytes | bytes << 6) & 0x0303030303030303L;
      LONG.set(codes, from + i, signed ? extended(bytes, 0x0202020202020202L, 0x7E) : bytes);
    }
    return count;
  }

  /**
   * Fills the bits above the sign of each byte; {@code fill} is those bits divided by the sign bit.
   * No byte carries over.
   */
  private static long extended(long bytes, long signs, long fill) {
    return bytes | (bytes & signs) * fill;
  }
}
