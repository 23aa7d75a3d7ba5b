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
    int[] indices = new int[layout.columns()];
    for (int row = 0; row < layout.rows(); row++) {
      for (int column = 0; column < indices.length; column++)
        indices[column] = layout.index(row, column);
      mark(at(indices, scores), indices, quota, zeros);
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
    int[] indices = new int[of];
    for (int outer = 0; outer < layout.outer(); outer++) {
      for (int input = 0; input < layout.inputs(); input += of) {
        int start = (outer * layout.inputs() + input) * layout.inner();
        for (int inner = 0; inner < layout.inner(); inner++) {
          for (int i = 0; i < of; i++) indices[i] = start + i * layout.inner() + inner;
          mark(at(indices, scores), indices, of - kept, zeros);
        }
      }
    }
    return zeros;
  }

  private static float[] at(int[] indices, float[] scores) {
    float[] chosen = new float[indices.length];
    for (int i = 0; i < chosen.length; i++) chosen[i] = scores[indices[i]];
    return chosen;
  }

  /**
   * Sets the bits of those with the least scores; of equal ones those that come first.
   *
   * @param scores not negative
   * @param indices one for each score
   */
  static void mark(float[] scores, int[] indices, int quota, BitSet zeros) {
    // Bits of non-negative floats are ordered as the floats are.
    long[] keys = new long[scores.length];
    for (int i = 0; i < keys.length; i++)
      keys[i] = (long) Float.floatToIntBits(scores[i] + 0f) << Integer.SIZE | i;
    Arrays.sort(keys);
    for (int i = 0; i < quota; i++) zeros.set(indices[(int) keys[i]]);
  }
}
