package dev.halftone.number.gguf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers within a block, lowest byte first. */
final class BlockBytes {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Times a byte: eight of it. */
  static final long EACH = 0x0101010101010101L;

  private BlockBytes() {}

  /** Writes {@code value} in half precision and returns what it is then. */
  static float putHalf(byte[] out, int at, float value) {
    short half = Float.floatToFloat16(value);
    SHORT.set(out, at, half);
    return Float.float16ToFloat(half);
  }

  static float half(byte[] in, int at) {
    return Float.float16ToFloat((short) SHORT.get(in, at));
  }

  static void putShort(byte[] out, int at, int value) {
    SHORT.set(out, at, (short) value);
  }

  static int unsignedShort(byte[] in, int at) {
    return (short) SHORT.get(in, at) & 0xFFFF;
  }

  static void putInt(byte[] out, int at, int value) {
    INT.set(out, at, value);
  }

  static int getInt(byte[] in, int at) {
    return (int) INT.get(in, at);
  }

  static void putEight(byte[] out, int at, long bytes) {
    LONG.set(out, at, bytes);
  }

  /** Eight bytes side by side. Shifted, each takes in bits of its neighbour: to be masked. */
  static long eight(byte[] in, int at) {
    return (long) LONG.get(in, at);
  }
}
