package dev.halftone.prune.weights;

import dev.halftone.tensor.Tensor;
import java.util.BitSet;
import java.util.List;

/**
 * Where the smallest magnitudes of several tensors end: all below go, and of those that are just as
 * large as many as are wanted, in the order of tensors and elements.
 *
 * <p>Found by counting, twice: bits of non-negative floats are ordered as the floats are. So
 * nothing is sorted, and one tensor at a time is looked at.
 */
final class MagnitudeCut {
  private static final int LOW_BITS = 16;
  private static final int SIGN = 0x7FFF_FFFF;

  /** The magnitude of which only some go, as bits. */
  private final int bits;

  private long ties;

  private MagnitudeCut(int bits, long ties) {
    this.bits = bits;
    this.ties = ties;
  }

  /**
   * The cut below which {@code quota} elements lie.
   *
   * @param tensors without NaN
   * @param quota at most as many as there are elements
   */
  static MagnitudeCut of(List<Tensor> tensors, long quota) {
    long[] high = new long[1 << (Integer.SIZE - 1 - LOW_BITS)];
    for (Tensor tensor : tensors)
      for (float value : tensor.toFloats()) high[magnitude(value) >>> LOW_BITS]++;
    int upper = 0;
    long left = quota;
    while (upper < high.length - 1 && left > high[upper]) left -= high[upper++];
    long[] low = new long[1 << LOW_BITS];
    for (Tensor tensor : tensors) {
      for (float value : tensor.toFloats()) {
        int magnitude = magnitude(value);
        if (magnitude >>> LOW_BITS == upper) low[magnitude & (1 << LOW_BITS) - 1]++;
      }
    }
    int lower = 0;
    while (lower < low.length - 1 && left > low[lower]) left -= low[lower++];
    return new MagnitudeCut(upper << LOW_BITS | lower, left);
  }

  private static int magnitude(float value) {
    return Float.floatToRawIntBits(value) & SIGN;
  }

  /** The elements that go of the next tensor, in the order in which they were given. */
  BitSet next(Tensor tensor) {
    float[] values = tensor.toFloats();
    BitSet zeros = new BitSet(values.length);
    for (int i = 0; i < values.length; i++) {
      int magnitude = magnitude(values[i]);
      if (magnitude < bits || magnitude == bits && ties-- > 0) zeros.set(i);
    }
    return zeros;
  }
}
