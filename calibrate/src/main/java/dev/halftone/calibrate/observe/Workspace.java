package dev.halftone.calibrate.observe;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import dev.halftone.tensor.Tensor;

/**
 * Arrays that observing takes, used over and over: one for each thread, 330 KB. Not thread-safe.
 */
public final class Workspace {
  /** Floats copied out at a time: few enough to stay in the nearest cache. */
  private static final int CHUNK = 1 << 13;

  private final float[] chunk = new float[CHUNK];

  /** Partial histograms; all zero between calls. */
  final int[] counts = new int[Kernels.HISTOGRAM_PARTS * Kernels.HISTOGRAM_SLOTS];

  FiniteRange range(Tensor tensor) {
    FiniteRange range = FiniteRange.EMPTY;
    for (long from = 0; from < tensor.count(); from += CHUNK) {
      int length = (int) Math.min(CHUNK, tensor.count() - from);
      tensor.copyFloats(from, chunk, length);
      range = range.merge(Kernels.finiteRange(chunk, 0, length));
    }
    return range;
  }

  /** Adds elements {@code [start, end)} to the partial histograms. */
  void count(Tensor tensor, long start, long end, int exponent) {
    for (long from = start; from < end; from += CHUNK) {
      int length = (int) Math.min(CHUNK, end - from);
      tensor.copyFloats(from, chunk, length);
      Kernels.histogram(chunk, 0, length, exponent, counts);
    }
  }

  /** Adds all elements, and returns the sums. */
  ChannelSums sum(Tensor tensor, ChannelSums sums) {
    for (long from = 0; from < tensor.count(); from += CHUNK) {
      int length = (int) Math.min(CHUNK, tensor.count() - from);
      tensor.copyFloats(from, chunk, length);
      sums.add(chunk, length);
    }
    return sums;
  }
}
