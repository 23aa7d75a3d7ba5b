package dev.halftone.number.gguf;

/** BF16: the upper half of a float, rounded to nearest even; NaN keeps its upper bits, quiet. */
final class BrainCodec extends PlainCodec {
  BrainCodec() {
    super(1, 2);
  }

  @Override
  void quantize(float[] x, int from, byte[] out, int at) {
    int bits = Float.floatToRawIntBits(x[from]);
    int rounded = bits + 0x7FFF + (bits >>> 16 & 1);
    BlockBytes.putShort(out, at, Float.isNaN(x[from]) ? bits >>> 16 | 0x40 : rounded >>> 16);
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    out[to] = Float.intBitsToFloat(BlockBytes.unsignedShort(block, at) << 16);
  }
}
