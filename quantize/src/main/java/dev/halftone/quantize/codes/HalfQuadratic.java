package dev.halftone.quantize.codes;

import dev.halftone.kernels.PowerTable;
import java.util.Arrays;

/**
 * HQQ's zero point for one run, see {@link dev.halftone.scheme.ScaleSearch.HalfQuadratic}. Plain
 * loops in double, in the order of the elements.
 */
final class HalfQuadratic {
  private static final int STEPS = 20;
  private static final double NORM = 0.7;
  private static final double BETA = 10;
  private static final double GROWTH = 1.01;
  private static final PowerTable LOSS = new PowerTable(NORM);
  private static final PowerTable SHRINK = new PowerTable(NORM - 1);

  private HalfQuadratic() {}

  /** The rounded zero point that the iteration leads to. */
  static float zeroPoint(float[] run, float scale, int start, CodeFormat format) {
    IntegerGrid grid = grid(format);
    double zero = iterate(run, scale, start, grid);
    return (float) Math.clamp(Math.rint(zero), grid.lowest(), grid.highest());
  }

  private static IntegerGrid grid(CodeFormat format) {
    if (format instanceof IntegerGrid grid) return grid;
    throw new IllegalArgumentException("only integers have zero points");
  }

  private static double iterate(float[] run, float scale, int start, IntegerGrid grid) {
    double zero = start;
    double before = start;
    double beta = BETA;
    double last = Double.POSITIVE_INFINITY;
    for (int step = 0; step < STEPS; step++, beta *= GROWTH) {
      double next = 0;
      double error = 0;
      for (float w : run) {
        double code =
            Math.clamp(Math.rint(w / (double) scale + zero), grid.lowest(), grid.highest());
        double lost = w - (code - zero) * scale;
        error += Math.abs(lost);
        next += code - (w - shrunk(lost, beta)) / scale;
      }
      if (error >= last) return before;
      last = error;
      before = zero;
      zero = next / run.length;
    }
    return zero;
  }

  private static double shrunk(double lost, double beta) {
    double magnitude = Math.abs(lost);
    if (magnitude < Float.MIN_NORMAL) return 0;
    double left = Math.max(0, magnitude - SHRINK.of((float) magnitude) / beta);
    return Math.copySign(left, lost);
  }

  /** {@code sum |w - Q(w)|^0.7}. */
  static double loss(float[] run, float scale, float zeroPoint, CodeFormat format) {
    float[] scales = new float[run.length];
    float[] zeroPoints = new float[run.length];
    Arrays.fill(scales, scale);
    Arrays.fill(zeroPoints, zeroPoint);
    float[] errors = new float[run.length];
    grid(format).errors(run, 0, run.length, scales, zeroPoints, errors);
    double loss = 0;
    for (float error : errors) loss += LOSS.of(error);
    return loss;
  }
}
