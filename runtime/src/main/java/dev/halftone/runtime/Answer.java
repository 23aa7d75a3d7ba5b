package dev.halftone.runtime;

import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What the models said to one sample.
 *
 * @param inputs the sample, with the state that the first model was given
 * @param outputs of each model in the order of the models, for a batch of one
 */
public record Answer(int row, Map<String, Tensor> inputs, List<Map<String, Tensor>> outputs) {
  public Answer {
    outputs = List.copyOf(outputs);
  }
}
