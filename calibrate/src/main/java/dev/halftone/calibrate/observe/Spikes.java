package dev.halftone.calibrate.observe;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Takes values that came again and again out of a histogram. A channel without input gives the same
 * value at every position of every sample; like an exact zero, such a value tells nothing of the
 * shape of a distribution, and in small layers behind a depthwise convolution it may be most of it.
 *
 * <p>A bin keeps {@code min(n, max(1, 3 opening))} elements, where the opening of a bin is the
 * largest minimum of any {@value #WIDTH} neighbouring bins that it is among: slopes, however steep,
 * and peaks at least as wide stay as they are.
 */
final class Spikes {
  private static final int WIDTH = 17;
  private static final int FACTOR = 3;

  private Spikes() {}

  /** The counts without spikes; as they are where there are fewer bins than a window has. */
  static long[] cut(long[] counts) {
    int windows = counts.length - WIDTH + 1;
    if (windows < 1) return counts.clone();
    long[] opening = new long[counts.length];
    Deque<Integer> least = new ArrayDeque<>();
    long[] minima = new long[windows];
    for (int i = 0; i < counts.length; i++) {
      slide(least, counts, i, -1);
      if (i >= WIDTH - 1) minima[i - WIDTH + 1] = counts[least.getFirst()];
    }
    Deque<Integer> greatest = new ArrayDeque<>();
    for (int i = 0; i < counts.length; i++) {
      if (i < windows) slide(greatest, minima, i, 1);
      else expire(greatest, i);
      opening[i] = minima[greatest.getFirst()];
    }
    long[] cut = new long[counts.length];
    for (int i = 0; i < cut.length; i++)
      cut[i] = Math.min(counts[i], Math.max(1, FACTOR * opening[i]));
    return cut;
  }

  /**
   * Moves a window of extremes on: the first is the place of the least (sign -1) or the greatest
   * (sign 1) of the last values.
   */
  private static void slide(Deque<Integer> extremes, long[] values, int at, int sign) {
    while (!extremes.isEmpty() && sign * Long.compare(values[extremes.getLast()], values[at]) <= 0)
      extremes.removeLast();
    extremes.addLast(at);
    expire(extremes, at);
  }

  private static void expire(Deque<Integer> extremes, int at) {
    while (extremes.getFirst() <= at - WIDTH) extremes.removeFirst();
  }
}
