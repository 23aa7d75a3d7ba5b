package dev.halftone.number.gguf;

/** 256 codes of 2 bits, four a byte, 32 apart. */
final class TwoBits {
  private static final long LOW = 3 * BlockBytes.EACH;

  private TwoBits() {}

  /** Packs the lower two bits of each code. */
  static void pack(byte[] codes, int from, byte[] out, int at) {
    for (int i = 0; i < 64; i += Long.BYTES) {
      int first = from + i / 32 * 128 + i % 32;
      long bits = BlockBytes.eight(codes, first) & LOW;
      for (int n = 1; n < 4; n++) bits |= (BlockBytes.eight(codes, first + 32 * n) & LOW) << 2 * n;
      BlockBytes.putEight(out, at + i, bits);
    }
  }

  static void unpack(byte[] in, int at, byte[] codes) {
    for (int i = 0; i < 64; i++) {
      int first = i / 32 * 128 + i % 32;
      for (int n = 0; n < 4; n++) codes[first + 32 * n] = (byte) (in[at + i] >> 2 * n & 3);
    }
  }
}
