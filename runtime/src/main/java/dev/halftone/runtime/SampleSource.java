package dev.halftone.runtime;

import dev.halftone.tensor.Tensor;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Samples that models are run on.
 *
 * @param size how many there are
 * @param sample the complete set of inputs of a row, for a batch of one; called from several
 *     threads
 * @param state model input to the output of the row before that takes its place; empty for models
 *     without state
 * @param starts rows that take their state from the sample; row 0 always does
 */
public record SampleSource(
    int size,
    IntFunction<Map<String, Tensor>> sample,
    Map<String, String> state,
    Set<Integer> starts) {
  public SampleSource {
    state = Map.copyOf(state);
    starts = Set.copyOf(starts);
  }

  /** Samples that do not depend on each other. */
  public static SampleSource of(int size, IntFunction<Map<String, Tensor>> sample) {
    return new SampleSource(size, sample, Map.of(), Set.of());
  }

  Map<String, Tensor> get(int row) {
    return sample.apply(row);
  }

  boolean starts(int row) {
    return row == 0 || starts.contains(row);
  }
}
