package dev.halftone.quantize.codes;

import dev.halftone.kernels.PowerTable;
import dev.halftone.scheme.ScaleSearch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Finds the scale and zero point of each of some runs, as {@link ScaleSearch} says. */
final class ScaleFinder {
  private final Scaling scaling;
  private final CodeFormat format;
  private final Blocks blocks;
  private final int firstEntry;
  private final int[] counts;

  final float[] scales;
  final float[] zeroPoints;
  private final float[] triedScales;
  private final float[] triedZeroPoints;
  private final float[] lowFactors;
  private final float[] highFactors;
  private final double[] best;
  private final double[] costs;

  /**
   * For runs that are complete and finite.
   *
   * @param firstEntry number of the first run's scale among those of the weight
   * @param counts elements of each run
   */
  ScaleFinder(CodeRequest request, Blocks blocks, int firstEntry, int[] counts) {
    this.scaling = request.scaling();
    this.format = request.format();
    this.blocks = blocks;
    this.firstEntry = firstEntry;
    this.counts = counts;
    int width = blocks.width();
    scales = new float[width];
    zeroPoints = new float[width];
    triedScales = new float[width];
    triedZeroPoints = new float[width];
    lowFactors = new float[width];
    highFactors = new float[width];
    best = new double[width];
    costs = new double[width];
  }

  /** Fills in scales and zero points. */
  void find() {
    blocks.findRanges();
    switch (scaling.search()) {
      case ScaleSearch.AbsMax() -> wholeRange();
      case ScaleSearch.SquaredError(), ScaleSearch.WeightedError() -> shrink(null);
      case ScaleSearch.Norm(double p) -> shrink(new PowerTable(p));
      case ScaleSearch.Percentile(double percent) -> {
        for (int run = 0; run < blocks.runs(); run++) cut(run, percent);
        wholeRange();
      }
      case ScaleSearch.HalfQuadratic() -> {
        wholeRange();
        for (int run = 0; run < blocks.runs(); run++) halfQuadratic(run);
      }
    }
  }

  private void halfQuadratic(int run) {
    float[] values = blocks.run(run, counts[run]);
    double least = HalfQuadratic.loss(values, scales[run], zeroPoints[run], format);
    for (float factor : ScaleSearch.HalfQuadratic.factors()) {
      propose(run, factor, factor);
      float scale = triedScales[run];
      float zeroPoint = HalfQuadratic.zeroPoint(values, scale, (int) triedZeroPoints[run], format);
      double loss = HalfQuadratic.loss(values, scale, zeroPoint, format);
      if (!(loss < least)) continue;
      least = loss;
      scales[run] = scale;
      zeroPoints[run] = zeroPoint;
    }
  }

  private void wholeRange() {
    for (int run = 0; run < blocks.runs(); run++) propose(run, 1, 1);
    System.arraycopy(triedScales, 0, scales, 0, scales.length);
    System.arraycopy(triedZeroPoints, 0, zeroPoints, 0, scales.length);
  }

  /** Proposes the scale for the range with both ends multiplied. */
  private void propose(int run, float lowFactor, float highFactor) {
    float low = Math.min(blocks.lows[run], 0f) * lowFactor;
    float high = Math.max(blocks.highs[run], 0f) * highFactor;
    float scale = scaling.scale(format, low, high, firstEntry + run);
    triedScales[run] = scale == 0 ? 1 : scale;
    triedZeroPoints[run] =
        scale == 0 ? format.middle() : scaling.zeroPoint(format, low, scale, firstEntry + run);
  }

  private void shrink(@Nullable PowerTable power) {
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    for (float factor : ScaleSearch.factors()) {
      for (int run = 0; run < blocks.runs(); run++) propose(run, factor, factor);
      keepBetter(power, factor, factor);
    }
    if (format.symmetric()) return;
    for (float factor : ScaleSearch.factors()) {
      for (int run = 0; run < blocks.runs(); run++) propose(run, factor, highFactors[run]);
      keepBetter(power, factor, Float.NaN);
    }
    for (float factor : ScaleSearch.factors()) {
      for (int run = 0; run < blocks.runs(); run++) propose(run, lowFactors[run], factor);
      keepBetter(power, Float.NaN, factor);
    }
  }

  /** Takes what was proposed for the runs that lose less by it; a factor of NaN stays as it is. */
  private void keepBetter(@Nullable PowerTable power, float lowFactor, float highFactor) {
    blocks.cost(format, triedScales, triedZeroPoints, power, costs);
    for (int run = 0; run < blocks.runs(); run++) {
      if (!(costs[run] < best[run])) continue;
      best[run] = costs[run];
      scales[run] = triedScales[run];
      zeroPoints[run] = triedZeroPoints[run];
      if (!Float.isNaN(lowFactor)) lowFactors[run] = lowFactor;
      if (!Float.isNaN(highFactor)) highFactors[run] = highFactor;
    }
  }

  /** Narrows a run's range to a percentile. */
  private void cut(int run, double percent) {
    float[] sorted = blocks.run(run, counts[run]);
    if (format.symmetric()) for (int i = 0; i < sorted.length; i++) sorted[i] = Math.abs(sorted[i]);
    Arrays.sort(sorted);
    int last = sorted.length - 1;
    double share = format.symmetric() ? percent / 100 : (100 + percent) / 200;
    // A rank is a whole number but for the rounding of the share.
    int rank = Math.clamp((int) Math.ceil(share * sorted.length - 1e-6) - 1, 0, last);
    float high = sorted[rank];
    float low = format.symmetric() ? -high : sorted[last - rank];
    blocks.lows[run] = Math.max(blocks.lows[run], low);
    blocks.highs[run] = Math.min(blocks.highs[run], high);
  }
}
