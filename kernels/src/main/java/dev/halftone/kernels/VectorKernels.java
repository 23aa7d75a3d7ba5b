package dev.halftone.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The loops in SIMD, one class for each kind; what is left over goes to the reference. */
final class VectorKernels implements KernelSupport {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private final ScalarKernels scalar = new ScalarKernels();

  /** Whether the CPU has registers of at least four floats. */
  static boolean isWorthwhile() {
    return F.length() >= 4;
  }

  @Override
  public String name() {
    return "vector" + F.vectorBitSize();
  }

  @Override
  public FiniteRange finiteRange(float[] x, int from, int to) {
    return VectorRanges.finiteRange(x, from, to);
  }

  @Override
  public long countNonFinite(float[] x, int from, int to) {
    return VectorRanges.countNonFinite(x, from, to);
  }

  @Override
  public float absMax(float[] x, int from, int to) {
    return VectorRanges.absMax(x, from, to);
  }

  @Override
  public void channelRanges(float[] x, int from, int outer, int channels, int inner, float[] min, float[] max) {
    if (inner == 1) {
      for (int o = 0; o < outer; o++) VectorRanges.widen(x, from + o * channels, channels, min, max);
    } else if (inner >= F.length()) {
      VectorRanges.channelRanges(x, from, outer, channels, inner, min, max);
    } else {
      scalar.channelRanges(x, from, outer, channels, inner, min, max);
    }
  }

  @Override
  public void quantize(float[] x, int from, int to, Grid grid, byte[] out, int at) {
    VectorCodes.quantize(x, from, to, grid, out, at);
  }

  @Override
  public void quantize(float[] x, int from, int to, Grid grid, short[] out, int at) {
    VectorCodes.quantize(x, from, to, grid, out, at);
  }

  @Override
  public void dequantize(
      byte[] codes, int from, int to, boolean signed, float scale, int zeroPoint, float[] out, int at) {
    VectorCodes.dequantize(codes, from, to, signed, scale, zeroPoint, out, at);
  }

  @Override
  public void dequantize(
      short[] codes, int from, int to, boolean signed, float scale, int zeroPoint, float[] out, int at) {
    VectorCodes.dequantize(codes, from, to, signed, scale, zeroPoint, out, at);
  }

  @Override
  public void pack(byte[] codes, int from, int to, int bits, byte[] out, int at) {
    int done = bits == 4 ? PackedCodes.pack4(codes, from, to, out, at) : PackedCodes.pack2(codes, from, to, out, at);
    scalar.pack(codes, from + done, to, bits, out, at + done * bits / 8);
  }

  @Override
  public void unpack(byte[] packed, int at, int bits, boolean signed, byte[] codes, int from, int to) {
    int done =
        bits == 4
            ? PackedCodes.unpack4(packed, at, signed, codes, from, to)
            : PackedCodes.unpack2(packed, at, signed, codes, from, to);
    scalar.unpack(packed, at + done * bits / 8, bits, signed, codes, from + done, to);
  }

  @Override
  public double sumOfSquares(float[] x, int from, int to) {
    return VectorSums.sumOfSquares(x, from, to);
  }

  @Override
  public double sumOfSquaredDifferences(float[] x, int from, float[] y, int at, int length) {
    return VectorSums.sumOfSquaredDifferences(x, from, y, at, length);
  }

  @Override
  public void histogram(float[] x, int from, int to, int exponent, int[] counts) {
    VectorHistogram.histogram(x, from, to, exponent, counts);
  }

  @Override
  public long toFloat16(float[] x, int from, int to, short[] out, int at) {
    // The compiler turns this very loop into the CPU's conversion.
    for (int i = from; i < to; i++) out[at + i - from] = Float.floatToFloat16(x[i]);
    // The largest half is 65504; from the middle between it and 65536 on, nearest-even rounds up.
    return VectorRanges.countFiniteFrom(x, from, to, 65520f);
  }

  @Override
  public long toBFloat16(float[] x, int from, int to, short[] out, int at) {
    VectorCodes.toBFloat16(x, from, to, out, at);
    // The largest bfloat16 is 0x7F7F0000; from the middle between it and the next on, nearest-even rounds up.
    return VectorRanges.countFiniteFrom(x, from, to, Float.intBitsToFloat(0x7F7F8000));
  }
}
