package dev.halftone.evaluate;

import dev.halftone.calibrate.observe.Histogram;
import dev.halftone.calibrate.observe.Statistics;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Elements of a tensor by size, in the reference and in the model, in bins of equal width.
 *
 * @param from where the first bin begins: the least element of both
 * @param to where the last one ends: the greatest
 * @param before elements of the reference in each bin
 * @param after elements of the model
 * @param steps where the model's numbers lie; null where that is not known
 */
public record Spread(
    double from, double to, List<Long> before, List<Long> after, @Nullable Steps steps) {
  /** Bins of every spread. */
  public static final int BINS = 64;

  public Spread {
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /**
   * Levels of equal distance.
   *
   * @param low the least that can be told; what is below is clipped to it
   * @param high the greatest
   * @param width from one to the next; the widest where channels or blocks have their own
   * @param grids how many scales there are
   */
  public record Steps(double low, double high, double width, long grids) {}

  /**
   * @param before with histogram
   * @param after likewise
   */
  static Spread of(Statistics before, Statistics after, @Nullable Steps steps) {
    double from = Math.min(least(before), least(after));
    double to = Math.max(greatest(before), greatest(after));
    if (!(to > from)) to = from + Math.max(Math.abs(from), 1) * 1e-6;
    return new Spread(
        from, to, bins(before.histogram(), from, to), bins(after.histogram(), from, to), steps);
  }

  private static double least(Statistics statistics) {
    return statistics.isEmpty() ? 0 : statistics.values().min();
  }

  private static double greatest(Statistics statistics) {
    return statistics.isEmpty() ? 0 : statistics.values().max();
  }

  /** The bins of a histogram are far narrower; each goes where its middle lies. */
  private static List<Long> bins(Histogram histogram, double from, double to) {
    long[] counts = new long[BINS];
    for (int bin = histogram.first(); bin < histogram.end(); bin++) {
      counts[place((bin + 0.5) * histogram.width(), from, to)] += histogram.countWithoutZeros(bin);
      if (bin == 0)
        counts[place(0, from, to)] += histogram.count(0) - histogram.countWithoutZeros(0);
    }
    return Arrays.stream(counts).boxed().toList();
  }

  private static int place(double value, double from, double to) {
    return Math.clamp((long) Math.floor((value - from) / (to - from) * BINS), 0, BINS - 1);
  }
}
