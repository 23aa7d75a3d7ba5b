package dev.halftone.bench.kernels;

import dev.halftone.kernels.Kernels;
import java.util.Random;

/** What the loops read and write, of {@code size} elements, a multiple of {@link #ROW}. */
final class Buffers {
  /** Elements of a row: a channel of a weight, or one element of as many channels. */
  static final int ROW = 4096;

  /** Elements with a scale of their own where there are blocks. */
  static final int BLOCK = 32;

  /** Numbers until they come again: more than a branch predictor can learn. */
  private static final int PERIOD = 1 << 20;

  final int size;
  final float[] x;
  final float[] out;
  final byte[] codes;
  final byte[] packed;
  final short[] halves;
  final float[] scales;
  final float[] zeroPoints;
  final float[] low = new float[ROW];
  final float[] high = new float[ROW];
  final int[] counts = new int[Kernels.HISTOGRAM_PARTS * Kernels.HISTOGRAM_SLOTS];

  /** Numbers are normally distributed, as weights are. No kernel is called. */
  Buffers(int size) {
    Random random = new Random(1);
    this.size = size;
    x = new float[size];
    out = new float[size];
    codes = new byte[size];
    packed = new byte[size];
    halves = new short[size];
    scales = new float[Math.max(size / BLOCK, ROW)];
    zeroPoints = new float[scales.length];
    for (int i = 0; i < Math.min(size, PERIOD); i++) x[i] = (float) random.nextGaussian();
    for (int i = PERIOD; i < size; i += PERIOD)
      System.arraycopy(x, 0, x, i, Math.min(PERIOD, size - i));
    for (int i = 0; i < size; i++) codes[i] = (byte) ((i ^ i >> 7 ^ i >> 13) & 15);
    for (int i = 0; i < scales.length; i++) scales[i] = 0.3f + i % 1000 * 1e-4f;
    for (int i = 0; i < size; i++) halves[i] = Float.floatToFloat16(x[i]);
    random.nextBytes(packed);
  }
}
