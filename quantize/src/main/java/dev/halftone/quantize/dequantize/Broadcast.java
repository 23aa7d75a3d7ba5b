package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import java.util.Arrays;

/**
 * Which element of a smaller tensor goes with each of a larger one (ONNX, multidirectional
 * broadcasting).
 */
final class Broadcast {
  private Broadcast() {}

  /**
   * Flat indices into a tensor of shape {@code small}, for each element of one of shape {@code
   * large}, that it is broadcast to.
   */
  static int[] indices(Node node, long[] large, long[] small) {
    requireFits(node, large, small);
    int count = 1;
    for (long dimension : large) count = Math.multiplyExact(count, Math.toIntExact(dimension));
    int[] indices = new int[count];
    int offset = large.length - small.length;
    for (int i = 0; i < count; i++) {
      int rest = i;
      int index = 0;
      int stride = 1;
      for (int axis = large.length - 1; axis >= offset; axis--) {
        int position = (int) (rest % large[axis]);
        rest = (int) (rest / large[axis]);
        int size = (int) small[axis - offset];
        if (size > 1) index += position * stride;
        stride *= size;
      }
      indices[i] = index;
    }
    return indices;
  }

  /** Whether a tensor of shape {@code small} can be broadcast to shape {@code large}. */
  static boolean fits(long[] large, long[] small) {
    int offset = large.length - small.length;
    boolean fits = offset >= 0;
    for (int i = 0; fits && i < small.length; i++)
      fits = small[i] == 1 || small[i] == large[offset + i];
    return fits;
  }

  private static void requireFits(Node node, long[] large, long[] small) {
    if (fits(large, small)) return;
    String shapes = Arrays.toString(small) + " to " + Arrays.toString(large);
    throw new UnsupportedModelException(node, "cannot broadcast scales " + shapes);
  }
}
