package dev.halftone.prune.weights;

import dev.halftone.tensor.Tensor;
import java.util.BitSet;
import java.util.List;

/**
 * Where the smallest magnitudes of several tensors end, each in ratio to its tensor's norm {@code
 * ||W||_2}: all below go, and of those that are just as large as many as are wanted, in the order
 * of tensors and elements. Without the norm a layer that reads large inputs, pixels from 0 to 255,
 * has small weights and would lose all of them. NNCF's magnitude sparsity calls it {@code
 * normed_abs}.
 *
 * <p>Found by counting, twice: bits of non-negative floats are ordered as the floats are. So
 * nothing is sorted, and one tensor at a time is looked at.
 */
final class MagnitudeCut {
  private static final int LOW_BITS = 16;

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
   * @param tensors of finite numbers
   * @param quota at most as many as there are elements
   */
  static MagnitudeCut of(List<Tensor> tensors, long quota) {
    long[] high = new long[1 << (Integer.SIZE - 1 - LOW_BITS)];
    for (Tensor tensor : tensors) for (int bits : magnitudes(tensor)) high[bits >>> LOW_BITS]++;
    int upper = 0;
    long left = quota;
    while (upper < high.length - 1 && left > high[upper]) left -= high[upper++];
    long[] low = new long[1 << LOW_BITS];
    for (Tensor tensor : tensors) {
      for (int bits : magnitudes(tensor)) {
        if (bits >>> LOW_BITS == upper) low[bits & (1 << LOW_BITS) - 1]++;
      }
    }
    int lower = 0;
    while (lower < low.length - 1 && left > low[lower]) left -= low[lower++];
    return new MagnitudeCut(upper << LOW_BITS | lower, left);
  }

  /** Of each element, in ratio to the norm of all, as the bits of a float. */
  private static int[] magnitudes(Tensor tensor) {
    float[] values = tensor.toFloats();
    double squares = 0;
    for (float value : values) squares += (double) value * value;
    double norm = squares == 0 ? 1 : Math.sqrt(squares);
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++)
      bits[i] = Float.floatToIntBits((float) (Math.abs(values[i]) / norm));
    return bits;
  }

  /** The elements that go of the next tensor, in the order in which they were given. */
  BitSet next(Tensor tensor) {
    int[] magnitudes = magnitudes(tensor);
    BitSet zeros = new BitSet(magnitudes.length);
    for (int i = 0; i < magnitudes.length; i++) {
      if (magnitudes[i] < bits || magnitudes[i] == bits && ties-- > 0) zeros.set(i);
    }
    return zeros;
  }
}
