package dev.halftone.kernels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Packs and unpacks eight codes at a time in a long. Each method returns how many codes it did;
 * fewer than eight are left.
 */
final class PackedCodes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private PackedCodes() {}

  static int pack4(byte[] codes, int from, int to, byte[] out, int at) {
    int count = (to - from) / 8 * 8;
    for (int i = 0; i < count; i += 8)
      INT.set(out, at + i / 2, (int) pairs4((long) LONG.get(codes, from + i)));
    return count;
  }

  static int pack2(byte[] codes, int from, int to, byte[] out, int at) {
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

  static int unpack4(byte[] packed, int at, boolean signed, byte[] codes, int from, int to) {
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

  static int unpack2(byte[] packed, int at, boolean signed, byte[] codes, int from, int to) {
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
