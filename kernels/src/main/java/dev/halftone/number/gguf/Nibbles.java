package dev.halftone.number.gguf;

/**
 * 32 codes of 4 or 5 bits: code {@code i} and code {@code i + 16} share a byte, the first in its
 * low nibble; before them, of 5 bits, the fifth bits in 4 bytes, bit {@code i} for code {@code i}.
 */
final class Nibbles {
  private static final long LOW = 0x0F * BlockBytes.EACH;

  private Nibbles() {}

  static void pack(byte[] codes, int from, int bits, byte[] out, int at) {
    int nibbles = at;
    if (bits == 5) {
      int high = 0;
      for (int i = 0; i < 32; i++) high |= (codes[from + i] >> 4 & 1) << i;
      BlockBytes.putInt(out, at, high);
      nibbles += 4;
    }
    for (int i = 0; i < 16; i += Long.BYTES) {
      long low = BlockBytes.eight(codes, from + i) & LOW;
      long upper = BlockBytes.eight(codes, from + i + 16) & LOW;
      BlockBytes.putEight(out, nibbles + i, low | upper << 4);
    }
  }

  static void unpack(byte[] in, int at, int bits, byte[] codes) {
    int high = bits == 5 ? BlockBytes.getInt(in, at) : 0;
    int nibbles = bits == 5 ? at + 4 : at;
    for (int i = 0; i < 16; i++) {
      codes[i] = (byte) (in[nibbles + i] & 0xF | (high >>> i & 1) << 4);
      codes[i + 16] = (byte) (in[nibbles + i] >>> 4 & 0xF | (high >>> i + 16 & 1) << 4);
    }
  }
}
