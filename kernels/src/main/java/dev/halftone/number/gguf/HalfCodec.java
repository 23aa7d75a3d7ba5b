package dev.halftone.number.gguf;

/** F16: half precision, rounded to nearest even, overflow to infinity, NaN kept as 0x7E00. */
final class HalfCodec extends PlainCodec {
  HalfCodec() {
    super(1, 2);
  }

  @Override
  void quantize(float[] x, int from, byte[] out, int at) {
    float value = x[from];
    int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
    BlockBytes.putShort(out, at, Float.isNaN(value) ? sign | 0x7E00 : Float.floatToFloat16(value));
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    out[to] = BlockBytes.half(block, at);
  }
}
