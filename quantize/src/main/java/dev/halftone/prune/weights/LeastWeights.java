package dev.halftone.prune.weights;

import dev.halftone.prune.Shares;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Picks the weights of the least score among few: of each output, or of each group of neighbours.
 */
final class LeastWeights {
  private LeastWeights() {}

  /**
   * The {@code floor(share * columns)} elements of the least score of each row; of equal ones those
   * with lower indices.
   *
   * @param scores of all elements, not negative
   */
  static BitSet ofRows(float[] scores, WeightLayout layout, double share) {
    int quota = (int) Shares.floor(share, layout.columns());
    BitSet zeros = new BitSet(scores.length);
    long[] keys = new long[layout.columns()];
    int[] indices = new int[keys.length];
    for (int row = 0; row < layout.rows(); row++) {
      for (int column = 0; column < keys.length; column++)
        indices[column] = layout.index(row, column);
      mark(scores, indices, keys, quota, zeros);
    }
    return zeros;
  }

  /**
   * All but the {@code kept} elements of the highest score of each {@code of} neighbours along the
   * axis of inputs, at the same output and kernel position; of equal ones those with lower indices
   * go.
   *
   * @param scores of all elements, not negative
   * @param layout whose inputs are a multiple of {@code of}
   */
  static BitSet ofGroups(float[] scores, WeightLayout layout, int kept, int of) {
    BitSet zeros = new BitSet(scores.length);
    long[] keys = new long[of];
    int[] indices = new int[of];
    for (int outer = 0; outer < layout.outer(); outer++) {
      for (int input = 0; input < layout.inputs(); input += of) {
        int start = (outer * layout.inputs() + input) * layout.inner();
        for (int inner = 0; inner < layout.inner(); inner++) {
          for (int i = 0; i < of; i++) indices[i] = start + i * layout.inner() + inner;
          mark(scores, indices, keys, of - kept, zeros);
        }
      }
    }
    return zeros;
  }

  private static void mark(float[] scores, int[] indices, long[] keys, int quota, BitSet zeros) {
    // Bits of non-negative floats are ordered as the floats are.
    for (int i = 0; i < indices.length; i++)
      keys[i] = (long) Float.floatToIntBits(scores[indices[i]] + 0f) << Integer.SIZE | i;
    Arrays.sort(keys);
    for (int i = 0; i < quota; i++) zeros.set(indices[(int) keys[i]]);
  }
}
