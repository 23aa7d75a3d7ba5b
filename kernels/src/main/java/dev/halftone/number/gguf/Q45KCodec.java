package dev.halftone.number.gguf;

import dev.halftone.kernels.AffineFit;
import dev.halftone.kernels.ErrorWeights.Own;

/**
 * Q4_K and Q5_K: 8 small blocks of 32, codes of 4 or 5 bits: {@code d}, {@code dmin}, 12 bytes with
 * 8 scales and 8 minima of 6 bits, of 5 bits the fifth bits, and the lower four bits.
 */
final class Q45KCodec extends MinimumCodec {
  private static final int BLOCK = 32;
  private static final long NIBBLES = 0x0F * BlockBytes.EACH;
  private final boolean five;

  private Q45KCodec(int bytes, AffineFit plain) {
    super(bytes, plain, Own.SPREAD, 63, 2);
    five = plain.levels() == 31;
  }

  static Q45KCodec fourBits() {
    return new Q45KCodec(144, new AffineFit(BLOCK, 15, -1f, 0.1f, 20, false));
  }

  static Q45KCodec fiveBits() {
    return new Q45KCodec(176, new AffineFit(BLOCK, 31, -0.5f, 0.1f, 15, false));
  }

  @Override
  int scaleAt() {
    return 0;
  }

  /**
   * Bytes 0 to 3 hold the first scales, 4 to 7 the first minima; of the others the lower four bits
   * are in bytes 8 to 11, scale low and minimum high, and the upper two on top of bytes 0 to 7.
   */
  @Override
  void packScales(int[] scales, int[] minima, byte[] out, int at) {
    int bytes = at + 4;
    for (int b = 0; b < 4; b++) {
      out[bytes + b] = (byte) (scales[b] | scales[b + 4] >> 4 << 6);
      out[bytes + b + 4] = (byte) (minima[b] | minima[b + 4] >> 4 << 6);
      out[bytes + b + 8] = (byte) (scales[b + 4] & 0xF | minima[b + 4] << 4);
    }
  }

  @Override
  void unpackScales(byte[] block, int at, int[] scales, int[] minima) {
    int bytes = at + 4;
    for (int b = 0; b < 4; b++) {
      scales[b] = block[bytes + b] & 63;
      minima[b] = block[bytes + b + 4] & 63;
      scales[b + 4] = block[bytes + b + 8] & 0xF | (block[bytes + b] >> 6 & 3) << 4;
      minima[b + 4] = block[bytes + b + 8] >> 4 & 0xF | (block[bytes + b + 4] >> 6 & 3) << 4;
    }
  }

  /** 32 bytes have the codes of two small blocks, and two bits of each byte of fifth bits. */
  @Override
  void packCodes(byte[] codes, int from, byte[] out, int at) {
    int nibbles = at + 16 + (five ? BLOCK : 0);
    for (int pair = 0; pair < 4; pair++) {
      int first = from + pair * 2 * BLOCK;
      for (int i = 0; i < BLOCK; i += Long.BYTES) {
        long low = BlockBytes.eight(codes, first + i) & NIBBLES;
        long high = BlockBytes.eight(codes, first + BLOCK + i) & NIBBLES;
        BlockBytes.putEight(out, nibbles + pair * BLOCK + i, low | high << 4);
      }
    }
    if (five) packFifthBits(codes, from, out, at + 16);
  }

  private static void packFifthBits(byte[] codes, int from, byte[] out, int at) {
    for (int i = 0; i < BLOCK; i += Long.BYTES) {
      long bits = 0;
      for (int b = 0; b < 8; b++)
        bits |= (BlockBytes.eight(codes, from + b * BLOCK + i) >>> 4 & BlockBytes.EACH) << b;
      BlockBytes.putEight(out, at + i, bits);
    }
  }

  @Override
  void unpackCodes(byte[] block, int at, byte[] codes) {
    int nibbles = at + 16 + (five ? BLOCK : 0);
    for (int i = 0; i < SIZE / 2; i++) {
      int first = i / BLOCK * 2 * BLOCK + i % BLOCK;
      codes[first] = (byte) (block[nibbles + i] & 0xF);
      codes[first + BLOCK] = (byte) (block[nibbles + i] >> 4 & 0xF);
    }
    if (!five) return;
    for (int i = 0; i < SIZE; i++) {
      codes[i] |= (byte) ((block[at + 16 + i % BLOCK] >> i / BLOCK & 1) << 4);
    }
  }
}
