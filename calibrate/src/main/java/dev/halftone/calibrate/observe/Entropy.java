package dev.halftone.calibrate.observe;

import dev.halftone.scheme.Codes;
import dev.halftone.scheme.Range;

/**
 * Clips where the clipped and quantized distribution tells least apart from the real one: the
 * threshold t of least Kullback–Leibler divergence KL(P‖Q) (S. Migacz, 8-bit Inference with
 * TensorRT, GTC 2017), where P is the histogram within t with what lies beyond added to its
 * outermost bins, and Q the histogram within t merged into as many groups as there are levels, each
 * group's elements spread evenly over its bins that are not empty.
 *
 * <p>A tensor with numbers on both sides of zero is searched over [-t, t], one that has them on one
 * side over [0, t] (or [-t, 0]); the result is cut at the extremes seen, as ONNX Runtime does.
 * Exact zeros are left out: every scheme keeps them exact, and in a tensor after Relu they would be
 * all that counts. So are {@link Spikes}, values that came again and again: spread over a group
 * they would seem a great loss, and a threshold in the middle of one the best of all. At least as
 * many bins as levels lie within t, so with 8192 bins for each sign and 128 levels an outlier up to
 * 32 times the bulk can be cut in full; nothing is clipped where the histogram has no more bins
 * than levels.
 *
 * <p>ONNX Runtime gives group k ⌊bins / levels⌋ bins and the last group the rest; here group k
 * starts at bin ⌊k · bins / levels⌋. Where only clipped elements lie in an outermost bin, Q is
 * 10^-4 elements there.
 *
 * @param levels into which the range is merged, at least 2; 128 is what TensorRT and ONNX Runtime
 *     take for 8 bits
 */
public record Entropy(int levels) implements RangeChooser {
  /** 128 levels. */
  public static final Entropy DEFAULT = new Entropy(128);

  /**
   * As many levels as there are codes. TensorRT's 128 stand for the magnitudes of signed codes; on
   * a tensor with one sign, laid over 256 unsigned codes, they would see twice the rounding that
   * there is, and clip what is sparse and matters.
   */
  public static Entropy of(Codes codes) {
    return new Entropy(codes.count());
  }

  /** Thresholds tried before the search is narrowed to the neighbours of the best. */
  private static final int CANDIDATES = 512;

  public Entropy {
    if (levels < 2) throw new IllegalArgumentException(levels + " levels, expected 2 at least");
  }

  @Override
  public Request needs() {
    return Request.HISTOGRAM;
  }

  @Override
  public Range choose(Statistics statistics) {
    Histogram histogram = statistics.histogram();
    if (statistics.isEmpty()) return Range.ZERO;
    float min = statistics.values().min();
    float max = statistics.values().max();
    int bins = bestBins(histogram, min < 0, max > 0);
    float threshold = (float) Math.min(bins * histogram.width(), Float.MAX_VALUE);
    return new Range(
        Math.max(Math.min(min, 0f), -threshold), Math.min(Math.max(max, 0f), threshold));
  }

  /** How many bins on a side of zero to keep. */
  private int bestBins(Histogram histogram, boolean negative, boolean positive) {
    int all = Math.max(histogram.end(), -histogram.first());
    int sides = negative && positive ? 2 : 1;
    int fewest = (levels + sides - 1) / sides;
    if (fewest >= all || !negative && !positive) return all;
    Divergence divergence =
        new Divergence(histogram, negative ? all : 0, positive ? all : 0, levels, fewest);
    int stride = (all - fewest + CANDIDATES - 1) / CANDIDATES;
    int coarse = best(divergence, fewest, all, stride, all);
    return best(
        divergence,
        Math.max(fewest, coarse - stride + 1),
        Math.min(all, coarse + stride - 1),
        1,
        coarse);
  }

  /**
   * The best of {@code to, to - stride, …} down to {@code from}, and of {@code start}; the largest
   * of equals.
   */
  private static int best(Divergence divergence, int from, int to, int stride, int start) {
    int best = start;
    double least = divergence.of(start);
    for (int bins = to; bins >= from; bins -= stride) {
      double value = divergence.of(bins);
      if (value < least) {
        least = value;
        best = bins;
      }
    }
    return best;
  }
}
