package dev.halftone.calibrate.observe;

import dev.halftone.scheme.Codes;
import dev.halftone.scheme.Range;

/**
 * The range [l, h] of least expected error of quantizing to it,
 *
 * <pre>
 * E(l, h) = N(l, h) · (s / 2)^p / (p + 1) + w · (Σ over x &lt; l of (l − x)^p + Σ over x &gt; h of (x − h)^p),   s = (h − l) / steps
 * </pre>
 *
 * where N counts the elements within but for exact zeros, whose error is 0 (rounding to steps of s
 * leaves an error spread evenly over ±s/2, of mean p-th power (s/2)^p / (p + 1)), and clipped
 * elements are taken to lie in the middle of their bins. Both ends are searched over the edges of
 * bins, first coarsely and then among the neighbours of the best, one end at a time.
 *
 * @param steps between the lowest and the highest code
 * @param symmetric whether −l = h is asked for; the result is then cut at the extremes that were
 *     seen
 * @param power p, at least 1; 2 is mean squared error
 * @param clippingWeight w, over 0: what an error by clipping counts against one by rounding
 */
public record LeastError(int steps, boolean symmetric, double power, double clippingWeight)
    implements RangeChooser {
  private static final int CANDIDATES = 128;

  public LeastError {
    if (steps < 1) throw new IllegalArgumentException(steps + " steps, expected 1 at least");
    if (!(power >= 1 && power <= 16))
      throw new IllegalArgumentException("power %s is not from 1 to 16".formatted(power));
    if (!(clippingWeight > 0 && clippingWeight < Double.POSITIVE_INFINITY))
      throw new IllegalArgumentException(
          "weight %s is not positive and finite".formatted(clippingWeight));
  }

  /** Least mean squared error, for codes laid over the range symmetrically or not. */
  public static LeastError squared(Codes codes, boolean symmetric) {
    return lp(codes, symmetric, 2);
  }

  /** Least mean p-th power of the error: the larger p, the less is clipped. */
  public static LeastError lp(Codes codes, boolean symmetric, double power) {
    return new LeastError(codes.high() - codes.low(), symmetric, power, 1);
  }

  /**
   * Least squared error with clipping weighing three times, as AIMET's "tf-enhanced" scheme has it
   * (its gamma is 3). AIMET rounds the middles of 512 bins to each of some grids; the expectation
   * taken here is what that comes to for bins finer than a step.
   */
  public static LeastError tfEnhanced(Codes codes, boolean symmetric) {
    return new LeastError(codes.high() - codes.low(), symmetric, 2, 3);
  }

  @Override
  public Request needs() {
    return Request.HISTOGRAM;
  }

  @Override
  public Range choose(Statistics statistics) {
    Histogram histogram = statistics.histogram();
    if (statistics.isEmpty()) return Range.ZERO;
    ClippedPowers clipped =
        power == 2 ? new ClippedSquares(histogram) : new TabledPowers(histogram, power);
    ClippingError error = new ClippingError(statistics, steps, power, clippingWeight, clipped);
    return symmetric ? symmetric(error) : asymmetric(error);
  }

  private Range symmetric(ClippingError error) {
    // Squares cost the same at every edge; other powers grow with the bins beyond it.
    int stride = power == 2 ? 1 : Math.max(1, error.widest() / (4 * CANDIDATES));
    int coarse = best(error, 1, error.widest(), stride);
    return stride == 1 ? error.range(-coarse, coarse) : around(error, coarse, stride);
  }

  private static Range around(ClippingError error, int coarse, int stride) {
    int best =
        best(
            error,
            Math.max(1, coarse - stride + 1),
            Math.min(error.widest(), coarse + stride - 1),
            1);
    return error.range(-best, best);
  }

  /** The best of {@code to, to - stride, …} down to {@code from}; the largest of equals. */
  private static int best(ClippingError error, int from, int to, int stride) {
    int best = to;
    double least = Double.POSITIVE_INFINITY;
    for (int bins = to; bins >= from; bins -= stride) {
      double value = error.symmetric(bins);
      if (value < least) {
        least = value;
        best = bins;
      }
    }
    return best;
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
