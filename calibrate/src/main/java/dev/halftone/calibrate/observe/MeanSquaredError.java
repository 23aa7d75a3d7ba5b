package dev.halftone.calibrate.observe;

import dev.halftone.scheme.Codes;
import dev.halftone.scheme.Range;

/**
 * The range [l, h] of least expected squared error of quantizing to it,
 *
 * <pre>
 * E(l, h) = N(l, h) · s² / 12 + Σ over x &lt; l of (x − l)² + Σ over x &gt; h of (x − h)²,   s = (h − l) / steps
 * </pre>
 *
 * where N counts the elements within but for exact zeros, whose error is 0 (rounding to steps of s
 * leaves an error spread evenly over ±s/2, of mean square s²/12), and clipped elements are taken to
 * lie in the middle of their bins. Both ends are searched over the edges of bins, first coarsely
 * and then among the neighbours of the best, one end at a time.
 *
 * @param steps between the lowest and the highest code
 * @param symmetric whether −l = h is asked for; the result is then cut at the extremes that were
 *     seen
 */
public record MeanSquaredError(int steps, boolean symmetric) implements RangeChooser {
  private static final int CANDIDATES = 128;

  public MeanSquaredError {
    if (steps < 1) throw new IllegalArgumentException(steps + " steps, expected 1 at least");
  }

  /** For codes laid over the range symmetrically or not. */
  public static MeanSquaredError of(Codes codes, boolean symmetric) {
    return new MeanSquaredError(codes.high() - codes.low(), symmetric);
  }

  @Override
  public Request needs() {
    return Request.HISTOGRAM;
  }

  @Override
  public Range choose(Statistics statistics) {
    ClippingError error = new ClippingError(statistics, steps);
    if (statistics.isEmpty()) return Range.ZERO;
    return symmetric ? symmetric(error) : asymmetric(error);
  }

  private static Range symmetric(ClippingError error) {
    int best = error.widest();
    double least = Double.POSITIVE_INFINITY;
    for (int bins = error.widest(); bins > 0; bins--) {
      double value = error.symmetric(bins);
      if (value < least) {
        least = value;
        best = bins;
      }
    }
    return error.range(-best, best);
  }

  private static Range asymmetric(ClippingError error) {
    int low = error.first();
    int high = error.end();
    int lowStride = Math.max(1, -low / CANDIDATES);
    int highStride = Math.max(1, high / CANDIDATES);
    double least = Double.POSITIVE_INFINITY;
    for (int l = error.first(); l <= 0; l += lowStride) {
      for (int h = error.end(); h >= 0; h -= highStride) {
        double value = error.of(l, h);
        if (value < least) {
          least = value;
          low = l;
          high = h;
        }
      }
    }
    int fineLow = bestLow(error, low, high, lowStride);
    int fineHigh = bestHigh(error, fineLow, high, highStride);
    return error.range(bestLow(error, fineLow, fineHigh, lowStride), fineHigh);
  }

  private static int bestLow(ClippingError error, int low, int high, int stride) {
    int best = low;
    for (int l = Math.max(error.first(), low - stride); l <= Math.min(0, low + stride); l++) {
      if (error.of(l, high) < error.of(best, high)) best = l;
    }
    return best;
  }

  private static int bestHigh(ClippingError error, int low, int high, int stride) {
    int best = high;
    for (int h = Math.max(0, high - stride); h <= Math.min(error.end(), high + stride); h++) {
      if (error.of(low, h) < error.of(low, best)) best = h;
    }
    return best;
  }
}
