package dev.halftone.evaluate.metric;

import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.Tensor;
import java.util.Map;

/** What is read out of a model's outputs. */
final class Outputs {
  private Outputs() {}

  /**
   * The first floating-point output: the answer of a model with one answer.
   *
   * @throws MalformedDataException if there is none
   */
  static Tensor answer(Map<String, Tensor> outputs) {
    for (Tensor output : outputs.values()) if (output.dtype().isFloat()) return output;
    throw new MalformedDataException(
        "task", "wants a floating-point output, the model gives " + outputs);
  }

  /**
   * Index of the largest of {@code values[from, from + length)}, counted from {@code from}; the
   * lowest of ties, -1 when all are NaN.
   */
  static int top(float[] values, int from, int length) {
    int best = -1;
    for (int i = 0; i < length; i++) {
      float value = values[from + i];
      if (!Float.isNaN(value) && (best < 0 || value > values[from + best])) best = i;
    }
    return best;
  }

  /**
   * How many values come before {@code index} when the largest is first and ties go by index; all
   * of them if the value is NaN.
   */
  static int rank(float[] values, int index) {
    float value = values[index];
    if (Float.isNaN(value)) return values.length;
    int before = 0;
    for (int i = 0; i < values.length; i++)
      if (values[i] > value || values[i] == value && i < index) before++;
    return before;
  }
}
