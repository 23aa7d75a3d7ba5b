package dev.halftone.number.gguf;

/** 256 codes of 2 bits, four a byte, 32 apart. */
final class TwoBits {
  private TwoBits() {}

  /** Packs the lower two bits of each code. */
  static void pack(byte[] codes, int from, byte[] out, int at) {
    for (int i = 0; i < 64; i++) {
      int first = from + i / 32 * 128 + i % 32;
      int bits = codes[first] & 3 | (codes[first + 32] & 3) << 2;
      out[at + i] = (byte) (bits | (codes[first + 64] & 3) << 4 | (codes[first + 96] & 3) << 6);
    }
  }

  static void unpack(byte[] in, int at, byte[] codes) {
    for (int i = 0; i < 64; i++) {
      int first = i / 32 * 128 + i % 32;
      for (int n = 0; n < 4; n++) codes[first + 32 * n] = (byte) (in[at + i] >> 2 * n & 3);
    }
  }
}
