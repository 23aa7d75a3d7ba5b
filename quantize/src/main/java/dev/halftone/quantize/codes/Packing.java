package dev.halftone.quantize.codes;

/** Codes below 8 bits in bytes, low bits first (ONNX IR, "Tensor element types"). */
final class Packing {
  private Packing() {}

  /** The low {@code bits} of each code, packed; the last byte is filled up with zeros. */
  static byte[] pack(byte[] codes, int bits) {
    if (bits == 8) return codes;
    byte[] packed = new byte[(int) (((long) codes.length * bits + 7) / 8)];
    pack(codes, codes.length, bits, packed);
    return packed;
  }

  /**
   * Packs the first {@code count} codes to the start of {@code packed} and gives the bytes written.
   */
  static int pack(byte[] codes, int count, int bits, byte[] packed) {
    return bits == 4 ? packNibbles(codes, count, packed) : packBits(codes, count, bits, packed);
  }

  private static int packNibbles(byte[] codes, int count, byte[] packed) {
    int pairs = count / 2;
    for (int i = 0; i < pairs; i++)
      packed[i] = (byte) ((codes[2 * i] & 0xF) | (codes[2 * i + 1] << 4));
    if (count % 2 == 0) return pairs;
    packed[pairs] = (byte) (codes[count - 1] & 0xF);
    return pairs + 1;
  }

  private static int packBits(byte[] codes, int count, int bits, byte[] packed) {
    int each = 8 / bits;
    int bytes = (count + each - 1) / each;
    for (int i = 0; i < bytes; i++) {
      int octet = 0;
      for (int k = 0; k < each && i * each + k < count; k++) {
        octet |= (codes[i * each + k] & ((1 << bits) - 1)) << (k * bits);
      }
      packed[i] = (byte) octet;
    }
    return bytes;
  }
}
