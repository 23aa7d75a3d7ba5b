package dev.halftone.kernels;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Codes of 4 bits, two to a byte, in SIMD: the two lie in one short when they are apart. */
final class VectorNibbles {
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> PAIRS =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
  private static final VectorSpecies<Byte> CODES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(S.vectorBitSize()));

  private VectorNibbles() {}

  static void pack(byte[] codes, int from, int to, byte[] out, int at) {
    int i = from;
    int pair = at;
    for (; to - i >= CODES.length(); i += CODES.length(), pair += PAIRS.length()) {
      ShortVector apart = ByteVector.fromArray(CODES, codes, i).reinterpretAsShorts();
      ShortVector second = apart.lanewise(VectorOperators.LSHR, 4).and((short) 0xF0);
      ShortVector pairs = apart.and((short) 0x0F).or(second);
      ((ByteVector) pairs.convertShape(VectorOperators.S2B, PAIRS, 0)).intoArray(out, pair);
    }
    KernelProvider.PLAIN.pack(codes, i, to, 4, out, pair);
  }

  static void unpack(byte[] packed, int at, boolean signed, byte[] codes, int from, int to) {
    int i = from;
    int pair = at;
    byte sign = (byte) (signed ? 8 : 0);
    for (; to - i >= CODES.length(); i += CODES.length(), pair += PAIRS.length()) {
      ByteVector bytes = ByteVector.fromArray(PAIRS, packed, pair);
      ShortVector pairs = (ShortVector) bytes.convertShape(VectorOperators.ZERO_EXTEND_B2S, S, 0);
      ShortVector apart = pairs.or(pairs.lanewise(VectorOperators.LSHL, 4)).and((short) 0x0F0F);
      apart.reinterpretAsBytes().lanewise(VectorOperators.XOR, sign).sub(sign).intoArray(codes, i);
    }
    KernelProvider.PLAIN.unpack(packed, pair, 4, signed, codes, i, to);
  }
}
