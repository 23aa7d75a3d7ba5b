package dev.halftone.calibrate.observe;

/**
 * KL(P‖Q) of a histogram clipped to some bins on each side of zero, as {@link Entropy} defines P
 * and Q. Running sums make one threshold cost as many logarithms as there are levels, not as there
 * are bins:
 *
 * <pre>
 * KL = (Σ p ln p − Σ p ln q) / N − ln N + ln M
 * Σ p ln q = Σ over groups g of S_g ln(S_g / n_g) + clipped elements · ln q of the outermost bins
 * </pre>
 *
 * with N all elements, M those within the threshold, S_g those in a group and n_g the bins in it
 * that are not empty.
 */
final class Divergence {
  private static final double ONLY_CLIPPED = 1e-4;
  private static final double NEARLY_ALL = 0.999;

  private final int negativeBins;
  private final int positiveBins;
  private final int levels;
  private final long[] counts;
  private final long[] elements;
  private final int[] occupied;
  private final double[] logs;

  /**
   * Of bins {@code [-negativeBins, positiveBins)}; exact zeros and {@link Spikes} are left out.
   *
   * @param fewest bins that will be kept on each side
   */
  Divergence(Histogram histogram, int negativeBins, int positiveBins, int levels, int fewest) {
    this.negativeBins = negativeBins;
    this.positiveBins = positiveBins;
    this.levels = levels;
    int bins = negativeBins + positiveBins;
    counts = shape(histogram, bins, fewest);
    elements = new long[bins + 1];
    occupied = new int[bins + 1];
    logs = new double[bins + 1];
    for (int i = 0; i < bins; i++) {
      elements[i + 1] = elements[i] + counts[i];
      occupied[i + 1] = occupied[i] + (counts[i] > 0 ? 1 : 0);
      logs[i + 1] = logs[i] + timesLog(counts[i]);
    }
  }

  /**
   * The counts to compare. Where nearly all lies within the fewest bins, bins are too coarse to
   * tell a spike from the whole of a distribution, and nothing is cut.
   */
  private long[] shape(Histogram histogram, int bins, int fewest) {
    long[] all = new long[bins];
    long total = 0;
    long within = 0;
    for (int i = 0; i < bins; i++) {
      int bin = i - negativeBins;
      all[i] = histogram.countWithoutZeros(bin);
      total += all[i];
      if (bin >= -fewest && bin < fewest) within += all[i];
    }
    return within >= NEARLY_ALL * total ? all : Spikes.cut(all);
  }

  /**
   * The divergence when {@code kept} bins are kept on each side that has any; infinite when nothing
   * lies in them.
   */
  double of(int kept) {
    int start = negativeBins - Math.min(kept, negativeBins);
    int end = negativeBins + Math.min(kept, positiveBins);
    long all = elements[elements.length - 1];
    long below = elements[start];
    long above = all - elements[end];
    long within = all - below - above;
    if (within == 0) return Double.POSITIVE_INFINITY;
    double p = logs[end] - logs[start] + raised(start, below) + raised(end - 1, above);
    return (p - crossEntropy(start, end, below, above)) / all - Math.log(all) + Math.log(within);
  }

  /** What p ln p of a bin gains when {@code clipped} elements are added to it. */
  private double raised(int bin, long clipped) {
    return timesLog(counts[bin] + clipped) - timesLog(counts[bin]);
  }

  /** Σ p ln q, without the logarithm of M that turns counts into shares. */
  private double crossEntropy(int start, int end, long below, long above) {
    int bins = end - start;
    double sum = 0;
    int from = start;
    for (int group = 1; group <= levels; group++) {
      int to = start + (int) ((long) group * bins / levels);
      double log =
          Math.log((double) (elements[to] - elements[from]) / (occupied[to] - occupied[from]));
      if (elements[to] > elements[from]) sum += (elements[to] - elements[from]) * log;
      if (group == 1 && below > 0)
        sum += below * (counts[start] > 0 ? log : Math.log(ONLY_CLIPPED));
      if (group == levels && above > 0)
        sum += above * (counts[end - 1] > 0 ? log : Math.log(ONLY_CLIPPED));
      from = to;
    }
    return sum;
  }

  private static double timesLog(long count) {
    return count == 0 ? 0 : count * Math.log(count);
  }
}
