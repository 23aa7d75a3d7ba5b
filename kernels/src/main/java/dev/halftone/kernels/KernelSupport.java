package dev.halftone.kernels;

/**
 * The loops behind {@link Kernels} and {@link ScaleFits}, which have checked all arguments and say
 * what each loop computes.
 */
interface KernelSupport {
  String name();

  FiniteRange finiteRange(float[] x, int from, int to);

  boolean allFinite(float[] x, int from, int to);

  float absMax(float[] x, int from, int to);

  void channelRanges(
      float[] x, int from, int outer, int channels, int inner, float[] min, float[] max);

  void quantize(float[] x, int from, int to, Grid grid, byte[] out, int at);

  void quantize(float[] x, int from, int to, Grid grid, short[] out, int at);

  void quantizeColumns(
      float[] x,
      int from,
      int to,
      float[] scales,
      float[] zeroPoints,
      int first,
      int low,
      int high,
      byte[] out,
      int at);

  void quantizeColumns(
      float[] x,
      int from,
      int to,
      float[] scales,
      float[] zeroPoints,
      int first,
      int low,
      int high,
      short[] out,
      int at);

  void quantizeBlocks(
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
      int at);

  void quantizationErrors(
      float[] x,
      int from,
      int to,
      float[] scales,
      float[] zeroPoints,
      int low,
      int high,
      float[] out);

  void addSquares(float[] x, int from, int to, double[] sums);

  void dequantize(
      byte[] codes,
      int from,
      int to,
      boolean signed,
      float scale,
      int zeroPoint,
      float[] out,
      int at);

  void dequantize(
      short[] codes,
      int from,
      int to,
      boolean signed,
      float scale,
      int zeroPoint,
      float[] out,
      int at);

  void pack(byte[] codes, int from, int to, int bits, byte[] out, int at);

  void unpack(byte[] packed, int at, int bits, boolean signed, byte[] codes, int from, int to);

  double sumOfSquares(float[] x, int from, int to);

  double sumOfSquaredDifferences(float[] x, int from, float[] y, int at, int length);

  void histogram(float[] x, int from, int to, int exponent, int[] counts);

  /** How many finite elements are {@code limit} or more in magnitude. */
  long countFiniteFrom(float[] x, int from, int to, float limit);

  void toFloat16(float[] x, int from, int to, float scale, float limit, short[] out, int at);

  void toBFloat16(float[] x, int from, int to, float scale, float limit, short[] out, int at);

  void fromFloat16(short[] halves, int from, int to, float scale, float[] out, int at);

  void fromBFloat16(short[] halves, int from, int to, float scale, float[] out, int at);

  void decode(byte[] codes, int from, int to, float scale, float[] table, float[] out, int at);

  void encode(
      float[] x,
      int from,
      int to,
      float scale,
      SmallFloat format,
      boolean saturate,
      byte[] out,
      int at);

  void encode(float[] x, int from, int to, float scale, Levels levels, byte[] out, int at);

  void fitAffine(
      float[] x, int from, int count, AffineFit fit, ErrorWeights weights, AffineScales found);

  void fitSymmetric(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      ErrorWeights weights,
      float[] scales,
      float[] inverses);

  void fitPositive(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      float[] weights,
      float[] scales,
      byte[] codes);

  void fitRefined(float[] x, int from, int count, int size, int levels, float[] scales);

  void fitNonlinear(
      float[] x,
      int from,
      int count,
      int size,
      RisingLevels levels,
      int tries,
      ErrorWeights weights,
      float[] scales);

  void roundBlocks(
      float[] x,
      int from,
      int count,
      int size,
      float[] scales,
      float[] minima,
      int low,
      int high,
      byte[] codes,
      int at);

  void nearestLevels(
      float[] x,
      int from,
      int count,
      int size,
      float[] inverses,
      RisingLevels levels,
      byte[] codes,
      int at);

  void extremes(float[] x, int from, int count, int size, float[] out);

  void roundAway(
      float[] x, int from, int count, int size, float[] inverses, byte[] out, int at, int stride);

  void truncateNibbles(
      float[] x, int from, int count, float[] inverses, byte[] out, int at, int stride);

  /** Scale, zero point, and the least and greatest code. */
  record Grid(float scale, int zeroPoint, int low, int high) {}
}
