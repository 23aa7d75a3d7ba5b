package dev.halftone.train;

import dev.halftone.data.Samples;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Samples that no training can go on with. */
final class NoNumbers {
  private NoNumbers() {}

  /**
   * In words, the first of the samples that has NaN or infinite elements; where none has, what else
   * may help.
   */
  static String in(Samples samples, List<Integer> rows) {
    for (int row : rows)
      for (Map.Entry<String, Tensor> input : samples.get(row).entrySet())
        if (!isFinite(input.getValue()))
          return "input %s of sample %d has NaN or infinite elements"
              .formatted(input.getKey(), row);
    return "a lower learning rate may help";
  }

  private static boolean isFinite(Tensor tensor) {
    if (!tensor.dtype().isFloat()) return true;
    for (float element : tensor.toFloats()) if (!Float.isFinite(element)) return false;
    return true;
  }
}
