package dev.halftone.calibrate.observe;

import dev.halftone.tensor.Tensor;
import java.util.Random;

/** Statistics of numbers made for a test. */
final class Observed {
  private Observed() {}

  static Statistics of(float[]... samples) {
    Observer observer = new Observer(Request.HISTOGRAM);
    Workspace workspace = new Workspace();
    for (float[] sample : samples)
      observer.observe(Tensor.ofFloats(sample, sample.length), workspace);
    return observer.statistics();
  }

  static float[] normal(int count, double deviation, long seed) {
    Random random = new Random(seed);
    float[] x = new float[count];
    for (int i = 0; i < count; i++) x[i] = (float) (random.nextGaussian() * deviation);
    return x;
  }

  static float[] relu(float[] x) {
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) y[i] = Math.max(x[i], 0f);
    return y;
  }

  static float[] with(float[] x, float... planted) {
    float[] y = x.clone();
    System.arraycopy(planted, 0, y, 0, planted.length);
    return y;
  }

  /**
   * Mean squared error of quantizing to {@code steps} steps over the range with 0 exact, by the
   * definition.
   */
  static double squaredError(float[] x, double low, double high, int steps) {
    double step = (high - low) / steps;
    double zero = Math.rint(-low / step);
    double sum = 0;
    for (float value : x) {
      double code = Math.clamp(Math.rint(value / step) + zero, 0, steps);
      double error = (code - zero) * step - value;
      sum += error * error;
    }
    return sum / x.length;
  }
}
