package dev.halftone.kernels;

/**
 * {@code t^p} for a fixed {@code p}, the same bits on every machine: {@code 1.m^p} from a table of
 * 1024 steps with linear interpolation, times {@code (2^e)^p} from another. Relative error below
 * {@code |p (p - 1)| 2^-23}. Immutable.
 */
public final class PowerTable {
  private static final int STEPS = 1 << 10;
  private static final float STEP = 0x1p-13f;

  private final double[] mantissas = new double[STEPS + 1];
  private final double[] exponents = new double[256];

  /** Of finite power {@code p}. */
  public PowerTable(double p) {
    for (int i = 0; i <= STEPS; i++) mantissas[i] = StrictMath.pow(1 + (double) i / STEPS, p);
    // Index 0 is zero and the subnormal floats, which count as zero.
    for (int e = 1; e < 256; e++) exponents[e] = StrictMath.pow(2, (e - 127) * p);
  }

  /** The power of {@code |t|}; 0 where {@code |t|} is below the smallest normal float. */
  public double of(float t) {
    int bits = Float.floatToRawIntBits(t);
    int step = bits >>> 13 & STEPS - 1;
    double part = (bits & 0x1FFF) * STEP;
    double mantissa = mantissas[step] + (mantissas[step + 1] - mantissas[step]) * part;
    return mantissa * exponents[bits >>> 23 & 0xFF];
  }

  /** {@code sums[c] += |x[from + c]|^p} for {@code count} neighbours. */
  public void add(float[] x, int from, int count, double[] sums) {
    for (int c = 0; c < count; c++) sums[c] += of(x[from + c]);
  }
}
