package dev.halftone.kernels;

import jdk.incubator.vector.FloatVector;

/**
 * The loops that gain from being written in SIMD by hand; the compiler vectorises the others by
 * itself.
 */
final class VectorKernels extends ScalarKernels {
  /** Whether the CPU has registers of at least four floats. */
  static boolean isWorthwhile() {
    return FloatVector.SPECIES_PREFERRED.length() >= 4;
  }

  @Override
  public String name() {
    return "vector" + FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  @Override
  public boolean allFinite(float[] x, int from, int to) {
    int whole = to - (to - from) % VectorBlocks.LANES;
    return VectorBlocks.allFinite(x, from, whole) && super.allFinite(x, whole, to);
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
  public void quantizeColumns(
      float[] x,
      int from,
      int to,
      float[] scales,
      float[] zeroPoints,
      int first,
      int low,
      int high,
      byte[] out,
      int at) {
    VectorCodes.quantizeColumns(x, from, to, scales, zeroPoints, first, low, high, out, at);
  }

  @Override
  public void quantizeBlocks(
      float[] x,
      int from,
      int to,
      int block,
      float[] scales,
      float[] zeroPoints,
      int first,
      int low,
      int high,
      byte[] out,
      int at) {
    VectorCodes.quantizeBlocks(x, from, to, block, scales, zeroPoints, first, low, high, out, at);
  }

  @Override
  public void encode(float[] x, int from, int to, float scale, Levels levels, byte[] out, int at) {
    VectorLevels.encode(x, from, to, scale, levels, out, at);
  }

  @Override
  public void histogram(float[] x, int from, int to, int exponent, int[] counts) {
    VectorHistogram.histogram(x, from, to, exponent, counts);
  }

  @Override
  public void encode(
      float[] x,
      int from,
      int to,
      float scale,
      SmallFloat format,
      boolean saturate,
      byte[] out,
      int at) {
    VectorFloats.encode(x, from, to, scale, format, saturate, out, at);
  }

  @Override
  public void toBFloat16(
      float[] x, int from, int to, float scale, float limit, short[] out, int at) {
    VectorFloats.toBFloat16(x, from, to, scale, limit, out, at);
  }

  @Override
  public void fitAffine(
      float[] x, int from, int count, AffineFit fit, ErrorWeights weights, AffineScales found) {
    VectorAffineFit.fit(x, from, count, fit, weights, found);
  }

  @Override
  public void fitSymmetric(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      ErrorWeights weights,
      float[] scales,
      float[] inverses) {
    // Scales are fitted too, and may be infinite where values are too large for a type.
    if (allFinite(x, from, from + count * size))
      VectorSymmetricFit.fit(x, from, count, size, levels, weights, scales, inverses);
    else super.fitSymmetric(x, from, count, size, levels, weights, scales, inverses);
  }

  @Override
  public void fitPositive(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      float[] weights,
      float[] scales,
      byte[] codes) {
    VectorPositiveFit.fit(x, from, count, size, levels, weights, scales, codes);
  }

  @Override
  public void fitRefined(float[] x, int from, int count, int size, int levels, float[] scales) {
    VectorRefinedFit.fit(x, from, count, size, levels, scales);
  }

  @Override
  public void fitNonlinear(
      float[] x,
      int from,
      int count,
      int size,
      RisingLevels levels,
      int tries,
      ErrorWeights weights,
      float[] scales) {
    if (VectorNonlinearFit.isMeantFor(levels, tries)) {
      VectorNonlinearFit.fit(x, from, count, size, levels, tries, weights, scales);
    } else {
      super.fitNonlinear(x, from, count, size, levels, tries, weights, scales);
    }
  }

  @Override
  public void roundBlocks(
      float[] x,
      int from,
      int count,
      int size,
      float[] scales,
      float[] minima,
      int low,
      int high,
      byte[] codes,
      int at) {
    VectorBlockCodes.round(x, from, count, size, scales, minima, low, high, codes, at);
  }

  @Override
  public void nearestLevels(
      float[] x,
      int from,
      int count,
      int size,
      float[] inverses,
      RisingLevels levels,
      byte[] codes,
      int at) {
    VectorBlockCodes.nearest(x, from, count, size, inverses, levels, codes, at);
  }

  @Override
  public void extremes(float[] x, int from, int count, int size, float[] out) {
    VectorBlocks.extremes(x, from, count, size, out);
  }

  @Override
  public void roundAway(
      float[] x, int from, int count, int size, float[] inverses, byte[] out, int at, int stride) {
    VectorBlocks.roundAway(x, from, count, size, inverses, out, at, stride);
  }

  @Override
  public void truncateNibbles(
      float[] x, int from, int count, float[] inverses, byte[] out, int at, int stride) {
    VectorBlocks.truncateNibbles(x, from, count, inverses, out, at, stride);
  }

  @Override
  public void pack(byte[] codes, int from, int to, int bits, byte[] out, int at) {
    if (bits == 4) VectorNibbles.pack(codes, from, to, out, at);
    else super.pack(codes, from, to, bits, out, at);
  }

  @Override
  public void unpack(
      byte[] packed, int at, int bits, boolean signed, byte[] codes, int from, int to) {
    if (bits == 4) VectorNibbles.unpack(packed, at, signed, codes, from, to);
    else super.unpack(packed, at, bits, signed, codes, from, to);
  }
}
