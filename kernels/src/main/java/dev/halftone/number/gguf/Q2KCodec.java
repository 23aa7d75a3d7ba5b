package dev.halftone.number.gguf;

import dev.halftone.kernels.AffineFit;
import dev.halftone.kernels.ErrorWeights.Own;

/**
 * Q2_K: 16 small blocks of 16, codes 0 to 3: a byte for each with the scale in its low and the
 * minimum in its high nibble, the codes, {@code d}, {@code dmin}.
 */
final class Q2KCodec extends MinimumCodec {
  Q2KCodec() {
    super(84, new AffineFit(16, 3, -0.5f, 0.1f, 15, true), Own.MAGNITUDES, 15, 1);
  }

  @Override
  int scaleAt() {
    return 80;
  }

  @Override
  void packScales(int[] scales, int[] minima, byte[] out, int at) {
    for (int b = 0; b < 16; b++) out[at + b] = (byte) (scales[b] | minima[b] << 4);
  }

  @Override
  void unpackScales(byte[] block, int at, int[] scales, int[] minima) {
    for (int b = 0; b < 16; b++) {
      scales[b] = block[at + b] & 0xF;
      minima[b] = block[at + b] >> 4 & 0xF;
    }
  }

  @Override
  void packCodes(byte[] codes, int from, byte[] out, int at) {
    TwoBits.pack(codes, from, out, at + 16);
  }

  @Override
  void unpackCodes(byte[] block, int at, byte[] codes) {
    TwoBits.unpack(block, at + 16, codes);
  }
}
